"""A face of another file is made editable by the button, and its head and mouth are moved by sliders of the tab."""

import sys

import bpy
import hands
import product

RESULT, SHOTS = sys.argv[1:3]
FOLDER = hands.Path(SHOTS)
FOLDER.mkdir(parents=True)


def link_collection(file, name):
    with bpy.data.libraries.load(str(file), link=True) as (_, wanted):
        wanted.collections = [name]
    scene = hands.window().scene
    scene.collection.children.link(wanted.collections[0])
    layer = hands.window().view_layer
    layer.update()
    layer.objects.active = next(item for item in wanted.collections[0].all_objects if item.likeness.id)
    with hands.in_view():
        bpy.ops.ed.undo_push(message="link")


def drag(path):
    """Drag the slider of this data path to the right."""
    slider = yield from hands.find(path)
    yield from hands.drag(slider, 60)
    yield 0.4


def main():
    product.unfold("LIKENESS_PT_attention", "LIKENESS_PT_pose", "LIKENESS_PT_expression")
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
    name = product.faces()[0].users_collection[0].name
    file = FOLDER.parent / "character.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(file))
    bpy.ops.wm.read_homefile(use_factory_startup=False, use_empty=True)
    yield 1.0
    product.session().search = "jaw open"
    link_collection(file, name)
    yield from hands.open_tab()
    hands.photograph(FOLDER / "linked.png")
    button = yield from hands.find("likeness.make_editable")
    yield from hands.click(button)
    yield 1.0
    (face,) = [face for face in product.faces() if face.override_library]
    before = face.likeness.head_yaw
    yield from drag("head_yaw")
    assert face.likeness.head_yaw != before, "the head does not turn"
    yield from drag('key_blocks["jawOpen"].value')
    opened = face.data.shape_keys.key_blocks["jawOpen"].value
    assert opened > 0.1, "the mouth does not open"
    with hands.in_view():
        assert bpy.ops.likeness.key_expression() == {"FINISHED"}
        assert bpy.ops.likeness.key_pose() == {"FINISHED"}
    hands.photograph(FOLDER / "overridden.png")
    yaw, name = face.likeness.head_yaw, face.name
    yield from hands.rest()
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER.parent / "shot.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER.parent / "shot.blend"))
    yield 1.0
    (face,) = [face for face in product.faces() if face.override_library]
    assert abs(face.likeness.head_yaw - yaw) < 1e-4
    assert abs(face.data.shape_keys.key_blocks["jawOpen"].value - opened) < 1e-5
    hands.figure("yaw", round(yaw, 3))
    hands.figure("jaw", round(opened, 3))
