//! Events and documents: what is kept, what is normalised, what is refused.
