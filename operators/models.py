"""The library of face models: add, check, remove, and get those that anybody may have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..bfm.library.sources import DOWNLOADS
from ..bfm.library.store import remove
from ..engine.task import Task
from ..errors import LikenessError
from . import engine_host, library_state
from .job import JobOperator, disabled_while_running, redraw
from .online import disabled_while_offline
from .operator_base import QuickOperator
from .settings import keep_known_model


class _LibraryOperator(JobOperator):
    """What the engine does with the library."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if engine_host.find_interpreter() is None:
            cls.poll_message_set(engine_host.NOT_INSTALLED)
            return False
        return super().poll(context)


class LIKENESS_OT_add_model(_LibraryOperator, bpy.types.Operator):
    """Bring a face model of your own: choose its file, or open its folder and accept"""

    bl_idname = "likeness.add_model"
    bl_label = "Add Face Model"
    bl_options = {"INTERNAL"}
    job_label = "Add Face Model"

    filepath: StringProperty(name="Model", subtype="FILE_PATH", options={"SKIP_SAVE"})
    full: BoolProperty(
        name="Full Basel Model",
        description="The whole mesh and all modes of a Basel model, in place of its customary front",
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def start(self, context: bpy.types.Context) -> Task:
        if not self.filepath:
            raise LikenessError("Choose the model's file or folder first.")
        path = Path(bpy.path.abspath(self.filepath))
        return engine_host.get_engine().submit("add_model", path=path, full=self.full)

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        _library_changed(context)
        self.report({"INFO"}, _summary(result))


class LIKENESS_OT_get_model(_LibraryOperator, bpy.types.Operator):
    """Download a face model that anybody may have from its owner's page"""

    bl_idname = "likeness.get_model"
    bl_label = "Get Face Model"
    bl_options = {"INTERNAL"}
    job_label = "Get Face Model"

    model: EnumProperty(
        name="Model",
        items=[(source.id, source.name, f"{source.licence}, {source.page}") for source in DOWNLOADS.values()],
        options={"SKIP_SAVE"},
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        source = DOWNLOADS[properties.model]
        return f"Download {source.name} from {source.page}: free for any use ({source.licence} licence)"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return not disabled_while_offline(cls, "download face models") and super().poll(context)

    def start(self, context: bpy.types.Context) -> Task:
        return engine_host.get_engine().submit("get_model", id=self.model)

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        _library_changed(context)
        self.report({"INFO"}, _summary(result))


class LIKENESS_OT_check_models(_LibraryOperator, bpy.types.Operator):
    """See whether the face models can be used, and whether the files that they were made of are still the same"""

    bl_idname = "likeness.check_models"
    bl_label = "Check Face Models"
    bl_options = {"INTERNAL"}
    job_label = "Check Face Models"

    def start(self, context: bpy.types.Context) -> Task:
        return engine_host.get_engine().submit("check_models")

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        _library_changed(context)
        if faults := [sentence for sentences in result["faults"].values() for sentence in sentences]:
            raise LikenessError(" ".join(faults))
        self.report({"INFO"}, "All face models are in order.")


class LIKENESS_OT_remove_model(QuickOperator, bpy.types.Operator):
    """Take this model out of the library; faces that were made with it stay as they are"""

    bl_idname = "likeness.remove_model"
    bl_label = "Remove Face Model"
    bl_options = {"INTERNAL"}

    model: StringProperty(options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return not disabled_while_running(cls)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        name = library_state.model_names().get(self.model, self.model)
        return context.window_manager.invoke_confirm(
            self,
            event,
            title=f"Remove {name}?",
            message="Your own files stay where they are; from them it can be added again.",
            confirm_text="Remove",
        )

    def act(self, context: bpy.types.Context) -> str:
        try:
            remove(self.model)
        finally:
            _library_changed(context)
        return f"{self.model} is removed."


def _library_changed(context: bpy.types.Context) -> None:
    """Show the library as it is now, after anything was added or removed."""
    library_state.refresh()
    keep_known_model(context)
    redraw(context)


def _summary(result: dict[str, Any]) -> str:
    if result["kind"] == "network":
        return f"{result['name']} is in the library."
    sentence = f"{result['name']} can be chosen as the face model now."
    if result["older_names"]:
        older = ", ".join(result["older_names"])
        sentence += f" {older} keep the built-in model's named keys until they are added again."
    return sentence


CLASSES = (LIKENESS_OT_add_model, LIKENESS_OT_get_model, LIKENESS_OT_check_models, LIKENESS_OT_remove_model)
