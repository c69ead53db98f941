//! How many of everything: from the number of packs to cases, pallets and lots, and which pack
//! meets which fate. Pure arithmetic, so that a test can ask for the fate of every pack.

use super::cast::Actor;

/// The fewest packs with which the whole story can be told.
pub const PACKS_MIN: usize = 10;
/// The most packs that one demo plays.
pub const PACKS_MAX: usize = 1_000_000;

/// A lot is at most this many packs.
const LOT_PACKS_MAX: usize = 10_000;
/// A case holds at most this many packs.
const CASE_PACKS_MAX: usize = 20;
/// A pallet carries at most this many cases.
const PALLET_CASES_MAX: usize = 40;
/// Cases on the pallet that gets warm.
const WARM_CASES: usize = 2;
/// Cases, at most, on the pallet that arrives at the dock door while the demo runs.
const DOCK_CASES_MAX: usize = 8;
/// Packs, at most, that a pharmacy dispenses from one pallet's first case.
const DISPENSED_MAX: usize = 12;

/// What becomes of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Rests in the wholesaler's stock.
    InStock,
    /// Lies at this pharmacy.
    AtPharmacy(Actor),
    /// Was dispensed by this pharmacy.
    Dispensed(Actor),
    /// Was dispensed by pharmacy A, and its identifier appeared at pharmacy B afterwards.
    Copied,
    /// Arrives at the dock door while the demo runs.
    Arriving,
    /// Travelled in the box that got warm.
    Warmed,
    /// Belongs to the recalled lot.
    Recalled,
}

impl Fate {
    /// Whether nothing speaks against handing this pack to a patient.
    pub const fn is_sound(self) -> bool {
        matches!(self, Self::InStock | Self::AtPharmacy(_) | Self::Arriving)
    }
}

/// A case of packs: which packs, of which lot.
#[derive(Clone, Debug)]
pub struct Case {
    /// SSCC, 18 digits.
    pub sscc: String,
    /// Position of the lot in the story's list of lots.
    pub lot: usize,
    /// Positions of the packs in the story's list of packs.
    pub packs: std::ops::Range<usize>,
    /// Where its packs end.
    pub fate: Fate,
}

/// The sizes of one demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Packs of the sound lots together.
    pub packs: usize,
    /// Packs in a full case.
    pub case_packs: usize,
    /// Cases on the pallet that gets warm.
    pub warm_cases: usize,
    /// Cases on the pallet at the dock door.
    pub dock_cases: usize,
    /// Cases on the pallets that went the whole way.
    pub main_cases: usize,
    /// Cases of one lot.
    pub lot_cases: usize,
}

impl Plan {
    /// The sizes for this many packs, brought into [`PACKS_MIN`]..=[`PACKS_MAX`].
    pub fn for_packs(packs: usize) -> Self {
        let packs = packs.clamp(PACKS_MIN, PACKS_MAX);
        let case_packs = (packs / 50).clamp(1, CASE_PACKS_MAX);
        let cases = packs.div_ceil(case_packs);
        let warm_cases = WARM_CASES;
        let dock_cases = (cases / 6).clamp(1, DOCK_CASES_MAX);
        let main_cases = cases - warm_cases - dock_cases;
        Self {
            packs,
            case_packs,
            warm_cases,
            dock_cases,
            main_cases,
            lot_cases: LOT_PACKS_MAX / case_packs,
        }
    }

    /// All cases of the sound lots.
    pub const fn cases(&self) -> usize {
        self.warm_cases + self.dock_cases + self.main_cases
    }

    /// How many lots these cases are.
    pub const fn lots(&self) -> usize {
        self.cases().div_ceil(self.lot_cases)
    }

    /// The packs of the case at this position.
    pub fn packs_of(&self, case: usize) -> std::ops::Range<usize> {
        case * self.case_packs..((case + 1) * self.case_packs).min(self.packs)
    }

    /// Where the case at this position ends: first the warm ones, then those at the dock, then
    /// pallet by pallet two fifths for each pharmacy and the rest into stock.
    pub const fn fate_of(&self, case: usize) -> Fate {
        if case < self.warm_cases {
            return Fate::Warmed;
        }
        if case < self.warm_cases + self.dock_cases {
            return Fate::Arriving;
        }
        match (case - self.warm_cases - self.dock_cases) % PALLET_CASES_MAX % 5 {
            0 | 2 => Fate::AtPharmacy(Actor::PharmacyA),
            1 | 3 => Fate::AtPharmacy(Actor::PharmacyB),
            _ => Fate::InStock,
        }
    }

    /// How many packs a pharmacy dispenses from the first case of a pallet.
    pub fn dispensed(&self) -> usize {
        (self.case_packs * 3 / 5).clamp(1, DISPENSED_MAX)
    }

    /// The pallets that went the whole way, each as positions of its cases.
    pub fn main_pallets(&self) -> Vec<std::ops::Range<usize>> {
        let first = self.warm_cases + self.dock_cases;
        (first..self.cases())
            .step_by(PALLET_CASES_MAX)
            .map(|from| from..(from + PALLET_CASES_MAX).min(self.cases()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_packs_are_fifty_cases_on_three_pallets() {
        let plan = Plan::for_packs(1_000);
        assert_eq!((plan.case_packs, plan.cases(), plan.lots()), (20, 50, 1));
        assert_eq!(
            (plan.warm_cases, plan.dock_cases, plan.main_cases),
            (2, 8, 40)
        );
        assert_eq!(plan.main_pallets(), vec![10..50; 1]);
    }

    #[test]
    fn every_size_tells_the_whole_story_and_loses_no_pack() {
        for packs in (PACKS_MIN..3_000).chain([9_999, 10_001, 99_999, 100_000, PACKS_MAX]) {
            let plan = Plan::for_packs(packs);
            let covered: usize = (0..plan.cases())
                .map(|case| plan.packs_of(case).len())
                .sum();
            assert_eq!(covered, packs);
            let on_pallets: usize = plan.main_pallets().iter().map(ExactSizeIterator::len).sum();
            assert_eq!(on_pallets, plan.main_cases);
            let fates: Vec<Fate> = (0..plan.cases()).map(|case| plan.fate_of(case)).collect();
            for wanted in [
                Fate::Warmed,
                Fate::Arriving,
                Fate::InStock,
                Fate::AtPharmacy(Actor::PharmacyA),
                Fate::AtPharmacy(Actor::PharmacyB),
            ] {
                assert!(
                    fates.contains(&wanted),
                    "{packs} packs: no case is {wanted:?}"
                );
            }
        }
    }
}
