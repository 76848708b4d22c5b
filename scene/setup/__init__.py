"""What a face's photo takes of the artist's scene, camera, picture and light, and how it is given back."""
