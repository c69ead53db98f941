//! What the hash covers and what it does not, by profile.
