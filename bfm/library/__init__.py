"""The face models at hand: the user's library on the disk, what may be added to it, and loading by id."""
