"""Points of the head that no face detector knows, picked by eye on plain renders of both heads: ears, neck, skull.

Of each its name, the vertex of the once subdivided base head, the vertex of ICT-FaceKit's neutral mesh, and how far
the two may be apart, millimetres. Those beside the midline are the subject's left ones; their mirror images hold too.
"""

from __future__ import annotations

PICKED: tuple[tuple[str, int, int, float], ...] = (
    ("helix top", 17365, 6844, 2),
    ("helix meets the head", 12416, 6782, 2),
    ("helix 1", 12453, 7393, 2),
    ("helix 2", 4010, 6862, 2),
    ("helix 3", 12460, 7238, 2),
    ("helix 4", 12459, 6837, 2),
    ("helix 5", 12745, 6834, 2),
    ("helix 6", 12482, 6811, 2),
    ("helix 7", 12428, 6773, 2),
    ("helix 8", 3999, 6745, 2),
    ("lobe bottom", 17008, 7125, 2),
    ("lobe meets the cheek", 4330, 7119, 2),
    ("tragus", 4027, 7094, 1.5),
    ("below the tragus", 12495, 7317, 2),
    ("canal", 12603, 7023, 2),
    ("concha", 12787, 7313, 2),
    ("inside the helix, top", 17303, 6945, 2),
    ("inside the helix, front", 17179, 6852, 2),
    ("inside the helix, back", 4271, 7237, 2),
    ("antihelix", 12688, 7188, 2),
    ("before the ear", 12375, 7173, 2),
    ("above the ear", 13047, 8706, 2),
    ("throat", 791, 1598, 4),
    ("pit of the neck", 6309, 8957, 4),
    ("collar, front", 1375, 10836, 6),
    ("nape", 855, 9461, 4),
    ("below the occiput", 8003, 9500, 4),
    ("collar, back", 1362, 10781, 6),
    ("occiput", 1832, 10270, 4),
    ("neck, side", 2988, 9253, 10),
    ("collar, side", 3515, 11016, 6),
    ("neck, side behind", 15803, 11222, 10),
    ("widest of the skull", 15926, 10072, 6),
)
