//! Every parameter with hits and near misses.
