"""From a reconstruction folder to objects, all at once."""
