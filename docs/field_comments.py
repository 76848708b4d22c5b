"""Griffe extension: the comment behind a dataclass's field or a constant is its documentation in the API reference."""

from __future__ import annotations

import ast
from typing import Any

from griffe import Attribute, Docstring, Extension


class FieldComments(Extension):
    """Takes shapes and units from where the code has them: ``mean: Floats  # (V, 3) metres``."""

    def on_attribute_instance(self, *, node: Any, attr: Attribute, **_: Any) -> None:
        """Make the comment at the end of the attribute's only line its docstring, unless it has one."""
        if attr.docstring is None and isinstance(node, ast.AnnAssign | ast.Assign) and node.lineno == node.end_lineno:
            line = attr.lines_collection[attr.filepath][node.lineno - 1]
            comment = line.encode()[node.end_col_offset :].decode().strip()
            if comment.startswith("# ") and not comment.startswith(("# noqa", "# type", "# pyright", "# fmt")):
                attr.docstring = Docstring(comment.removeprefix("# "), parent=attr)
