"""A demo practice. Everybody in it is plainly invented."""
