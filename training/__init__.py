"""How the numbers shipped with the project were measured or trained; not part of the extension zip."""
