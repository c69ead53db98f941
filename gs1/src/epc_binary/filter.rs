//! What filter values mean (TDS 2.3, section 10): the packaging level a tag claims, which can be
//! held against what its key is known to be.

use super::Scheme;

/// The meaning of a filter value; none where it is reserved or left to others (`DoD`).
pub(super) fn meaning(scheme: Scheme, filter: u8) -> Option<&'static str> {
    use Scheme::{
        AdiVar, DsgtinPlus, DsgtinPlusPlus, Gdti96, Gdti113, Gdti174, GdtiPlus, GdtiPlusPlus,
        Giai96, Giai202, GiaiPlus, GiaiPlusPlus, Gid96, Sgtin96, Sgtin198, SgtinPlus,
        SgtinPlusPlus, Sscc96, SsccPlus, SsccPlusPlus, Usdod96,
    };
    match (scheme, filter) {
        (Usdod96 | Gid96, _) => None,
        (_, 0) => Some("all others"),
        (Sgtin96 | Sgtin198 | SgtinPlus | SgtinPlusPlus | DsgtinPlus | DsgtinPlusPlus, filter) => {
            match filter {
                1 => Some("point of sale trade item"),
                2 => Some("full case for transport"),
                4 => Some("inner pack"),
                6 => Some("unit load"),
                7 => Some("unit inside a trade item"),
                _ => None,
            }
        }
        (Sscc96 | SsccPlus | SsccPlusPlus, 2) => Some("full case for transport"),
        (Sscc96 | SsccPlus | SsccPlusPlus, 6) => Some("unit load"),
        (Giai96 | Giai202 | GiaiPlus | GiaiPlusPlus, 1) => Some("rail vehicle"),
        (Gdti96 | Gdti113 | Gdti174 | GdtiPlus | GdtiPlusPlus, 1) => Some("travel document"),
        (AdiVar, filter) => aircraft_part(filter),
        _ => None,
    }
}

fn aircraft_part(filter: u8) -> Option<&'static str> {
    Some(match filter {
        1 => "item",
        2 => "carton",
        6 => "pallet",
        8 => "seat cushion",
        9 => "seat cover",
        10 => "seat belt",
        11 => "galley equipment",
        12 => "unit load device",
        13 => "aircraft security item",
        14 => "life vest",
        15 => "oxygen generator",
        16 => "engine component",
        17 => "avionics",
        18 => "flight test equipment",
        19 => "other emergency equipment",
        20 => "other rotable",
        21 => "other repairable",
        22 => "other cabin interior",
        23 => "other repair",
        24 => "passenger seat",
        25 => "in-flight entertainment",
        56 => "location",
        57 => "documentation",
        58 => "tool",
        59 => "ground support equipment",
        60 => "other non-flyable equipment",
        61..=63 => "for use within the company",
        _ => return None,
    })
}
