//! What disks do, and that nothing acknowledged is lost by it and nothing wrong is said: power
//! loss (`power`), refusal at any operation (`refusal`), rot (`rot`). `proof` shows that the
//! harness sees violations where there are some.

mod limits;
mod power;
mod proof;
mod refusal;
mod rot;
mod watched;
