"""Taking a face elsewhere: .blend, glTF, FBX, OBJ, a result folder."""
