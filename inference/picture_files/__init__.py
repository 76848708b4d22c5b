"""What is in a picture file, whoever wrote it: opening, declared colours, decoding, at a size that fits into memory."""
