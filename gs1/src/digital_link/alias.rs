//! Short names of application identifiers in the path of a Digital Link, which editions 1.0 and
//! 1.1 of the standard had and 1.2 withdrew.

/// The number behind a short name.
pub(super) fn number(name: &str) -> Option<&'static str> {
    let found = NAMES.iter().find(|(short, _)| *short == name);
    found.map(|(_, number)| *number)
}

const NAMES: [(&str, &str); 22] = [
    // Primary keys.
    ("sscc", "00"),
    ("gtin", "01"),
    ("gdti", "253"),
    ("gcn", "255"),
    ("ginc", "401"),
    ("gsin", "402"),
    ("gln", "414"),
    ("party", "417"),
    ("grai", "8003"),
    ("giai", "8004"),
    ("itip", "8006"),
    ("cpid", "8010"),
    ("gmn", "8013"),
    ("gsrnp", "8017"),
    ("gsrn", "8018"),
    // Qualifiers.
    ("lot", "10"),
    ("ser", "21"),
    ("cpv", "22"),
    ("glnx", "254"),
    ("refno", "8020"),
    ("cpsn", "8011"),
    ("srin", "8019"),
];
