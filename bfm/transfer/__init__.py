"""One face's surface laid onto another's, and what moves along: expressions, colours, regions, joints, landmarks."""
