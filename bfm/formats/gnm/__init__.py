"""GNM Head, version 3."""
