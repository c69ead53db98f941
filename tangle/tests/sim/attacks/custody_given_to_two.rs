//! A carrier hands one pallet to two warehouses: both receipts are recorded, one holds, and the
//! dispute names both, with the carrier's two handovers below them.

use super::claimed_twice;

const DAG: &str = "
    c0               : ship pallet1
    c1 <- c0         : hand pallet1 to w
    c1' <- c0        : hand pallet1 to v
    w0 <- c1         : once receive pallet1
    v0 <- c1'        : once receive pallet1
";

#[test]
fn one_receipt_holds_and_the_other_names_it() {
    claimed_twice(DAG, "w0", "v0", "c0 c1 c1'");
}
