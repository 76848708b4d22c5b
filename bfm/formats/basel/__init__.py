"""Reads the Basel Face Models that users bring: 2009 with Deep3D's tables and expression basis, 2017 and 2019."""
