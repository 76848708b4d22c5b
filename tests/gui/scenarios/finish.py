"""A draft is made, finished and baked again by its buttons; the fit stays. Then another face is clicked and back."""

import sys
from pathlib import Path

import bpy
import hands
import numpy as np
import product
from bpy_extras.view3d_utils import location_3d_to_region_2d

PHOTO, RESULT, PICTURES = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])


def watched(seconds=240):
    """Wait for the job's end; its stages in their order, and that the bar went on in more steps than there are."""
    yield from hands.wait(lambda: product.session().job, 10, "the start")
    seen = []
    for _ in range(int(seconds / 0.05)):
        now = (product.session().stage, round(product.session().fraction, 2))
        if seen[-1:] != [now]:
            seen.append(now)
        if not product.session().job:
            break
        yield 0.05
    assert not product.session().job, f"still at {seen[-1:]}"
    assert not product.session().error, product.session().error
    fractions = [fraction for stage, fraction in seen if stage]
    assert fractions == sorted(fractions), seen
    stages = list(dict.fromkeys(stage for stage, _ in seen if stage))
    hands.figure(f"steps of {len(stages)} stages", len(set(fractions)))
    return stages


def shape(face):
    """Vertices of the Basis (V, 3)."""
    points = np.empty(3 * len(face.data.vertices), np.float32)
    face.data.shape_keys.reference_key.points.foreach_get("co", points)
    return points


def pose(face):
    """How the head is turned."""
    return [tuple(row) for row in face.parent.pose.bones["head"].matrix_basis]


def finish():
    """The draft becomes a face with texture; one step of undo."""
    face = product.faces()[0]
    name, before, turned = face.name, shape(face), pose(face)
    button = yield from hands.find("likeness.finish")
    yield from hands.click(button)
    stages = yield from watched()
    assert "fit" not in stages, stages
    assert {"light", "texture", "detail"} <= set(stages), stages
    yield 1.0
    face = bpy.data.objects[name]
    assert face.likeness.albedo is not None
    assert np.array_equal(shape(face), before), "the shape has changed"
    assert pose(face) == turned, "the pose has changed"
    assert product.session().quality == "final"
    hands.photograph(PICTURES / "finished.png")
    yield from hands.rest()
    yield from hands.keys("ctrl+z")
    yield 0.5
    assert bpy.data.objects[name].likeness.albedo is None, "Ctrl+Z did not make it a draft again"
    assert product.session().quality == "draft"
    yield from hands.keys("ctrl+shift+z")
    yield 0.5
    assert bpy.data.objects[name].likeness.albedo is not None


def bake_again():
    """By the button, at another size."""
    with hands.in_view():
        bpy.ops.likeness.rebake_texture("INVOKE_DEFAULT", True, texture_size="2048")
    yield from hands.wait(lambda: product.session().stage == "texture", 60, "the texture")
    yield 0.2
    hands.photograph(PICTURES / "baking.png")
    stages = yield from watched()
    assert "fit" not in stages, stages
    assert tuple(product.faces()[0].likeness.albedo.size) == (2048, 2048)


def click_on(face):
    """In the viewport."""
    region, view = hands.region("WINDOW"), hands.view().spaces.active.region_3d
    places = [corner.co for corner in face.data.vertices]
    middle = face.matrix_world @ (sum(places, start=0 * places[0]) / len(places))
    x, y = location_3d_to_region_2d(region, view, middle)
    yield from hands.click(hands.on_screen(region, x, region.height - y))
    yield 0.5


def follow():
    """The panel shows the photo and the settings of the face that is clicked."""
    first = product.faces()[0].name
    with hands.in_view():
        bpy.ops.likeness.open_reconstruction("EXEC_DEFAULT", True, filepath=RESULT)
        bpy.ops.view3d.view_axis(type="FRONT")
        bpy.ops.view3d.view_all()
        hands.view().spaces.active.shading.type = "SOLID"
    yield 1.0
    second = next(face.name for face in product.faces() if face.name != first)
    seen = {}
    for name in (first, second, first):
        yield from click_on(bpy.data.objects[name])
        assert bpy.context.view_layer.objects.active.name == name, "another one was hit"
        seen[name] = (product.session().photo, product.session().texture_size)
        hands.photograph(PICTURES / f"follows {name}.png")
    assert seen[first] == (str(PHOTO), "2048"), seen
    assert seen[second] == (str(Path(RESULT) / "photo.png"), "auto"), seen


def main():
    product.unfold("LIKENESS_PT_photo", "LIKENESS_PT_photo_settings", "LIKENESS_PT_texture")
    product.session().quality = "draft"
    yield from product.create(PHOTO)
    yield from watched()
    yield 1.0
    hands.photograph(PICTURES / "draft.png")
    yield from finish()
    yield from bake_again()
    yield from follow()
