//! Codes of other standards. They change a few times a year: the lists are of late 2025, and a
//! code that is added later is refused until they are brought up to date.

use super::fault::{Fault, FaultKind};

/// Which of the numbers 000 to 999 are codes.
pub(super) struct Numbers([u64; 16]);

impl Numbers {
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated when compiling, in bounds"
    )]
    const fn of(codes: &[u16]) -> Self {
        let mut bits = [0; 16];
        let mut at = 0;
        while at < codes.len() {
            let code = codes[at] as usize;
            bits[code / 64] |= 1 << (code % 64);
            at += 1;
        }
        Self(bits)
    }

    fn has(&self, code: usize) -> bool {
        let word = self.0.get(code / 64).copied().unwrap_or(0);
        word >> (code % 64) & 1 == 1
    }
}

/// Three digits that are in the list.
pub(super) fn numeric(data: &[u8], list: &Numbers, kind: FaultKind) -> Result<(), Fault> {
    let code = match data {
        [a, b, c] if data.iter().all(u8::is_ascii_digit) => {
            let digit = |byte: u8| usize::from(byte - b'0');
            Some(digit(*a) * 100 + digit(*b) * 10 + digit(*c))
        }
        _ => None,
    };
    match code {
        Some(code) if list.has(code) => Ok(()),
        _ => Err(Fault::whole(kind, data)),
    }
}

/// Two capitals that are a country.
pub(super) fn country_letters(data: &[u8]) -> Result<(), Fault> {
    if let [first, second] = data {
        let row = COUNTRY_LETTERS.iter().find(|(letter, _)| letter == first);
        if row.is_some_and(|(_, letters)| letters.as_bytes().contains(second)) {
            return Ok(());
        }
    }
    Err(Fault::whole(FaultKind::Country, data))
}

/// 01 to 10 and 80 to 99: assigned by ICCBBA, or for local use.
pub(super) fn media_type(data: &[u8]) -> Result<(), Fault> {
    match data {
        [b'0', b'1'..=b'9'] | [b'1', b'0'] | [b'8' | b'9', b'0'..=b'9'] => Ok(()),
        _ => Err(Fault::whole(FaultKind::MediaType, data)),
    }
}

/// A package type of UN/ECE Recommendation 21 or one that GS1 added.
pub(super) fn package_type(data: &[u8]) -> Result<(), Fault> {
    let known = data.split_first().is_some_and(|(first, rest)| {
        let rest = if rest.is_empty() { b"." } else { rest };
        let row = PACKAGE_TYPES.iter().find(|(start, _)| start == first);
        row.is_some_and(|(_, ends)| ends.split(' ').any(|end| end.as_bytes() == rest))
    });
    if known && data != b"." && !data.ends_with(b".") {
        return Ok(());
    }
    Err(Fault::whole(FaultKind::PackageType, data))
}

/// ISO 3166-1, three digits.
pub(super) static COUNTRIES: Numbers = Numbers::of(&[
    4, 8, 10, 12, 16, 20, 24, 28, 31, 32, 36, 40, 44, 48, 50, 51, 52, 56, 60, 64, 68, 70, 72, 74,
    76, 84, 86, 90, 92, 96, 100, 104, 108, 112, 116, 120, 124, 132, 136, 140, 144, 148, 152, 156,
    158, 162, 166, 170, 174, 175, 178, 180, 184, 188, 191, 192, 196, 203, 204, 208, 212, 214, 218,
    222, 226, 231, 232, 233, 234, 238, 239, 242, 246, 248, 250, 254, 258, 260, 262, 266, 268, 270,
    275, 276, 288, 292, 296, 300, 304, 308, 312, 316, 320, 324, 328, 332, 334, 336, 340, 344, 348,
    352, 356, 360, 364, 368, 372, 376, 380, 384, 388, 392, 398, 400, 404, 408, 410, 414, 417, 418,
    422, 426, 428, 430, 434, 438, 440, 442, 446, 450, 454, 458, 462, 466, 470, 474, 478, 480, 484,
    492, 496, 498, 499, 500, 504, 508, 512, 516, 520, 524, 528, 531, 533, 534, 535, 540, 548, 554,
    558, 562, 566, 570, 574, 578, 580, 581, 583, 584, 585, 586, 591, 598, 600, 604, 608, 612, 616,
    620, 624, 626, 630, 634, 638, 642, 643, 646, 652, 654, 659, 660, 662, 663, 666, 670, 674, 678,
    682, 686, 688, 690, 694, 702, 703, 704, 705, 706, 710, 716, 724, 728, 729, 732, 740, 744, 748,
    752, 756, 760, 762, 764, 768, 772, 776, 780, 784, 788, 792, 795, 796, 798, 800, 804, 807, 818,
    826, 831, 832, 833, 834, 840, 850, 854, 858, 860, 862, 876, 882, 887, 894,
]);

/// ISO 4217, three digits.
pub(super) static CURRENCIES: Numbers = Numbers::of(&[
    8, 12, 32, 36, 44, 48, 50, 51, 52, 60, 64, 68, 72, 84, 90, 96, 104, 108, 116, 124, 132, 136,
    144, 152, 156, 170, 174, 188, 192, 203, 208, 214, 222, 230, 232, 238, 242, 262, 270, 292, 320,
    324, 328, 332, 340, 344, 348, 352, 356, 360, 364, 368, 376, 388, 392, 396, 398, 400, 404, 408,
    410, 414, 417, 418, 422, 426, 430, 434, 446, 454, 458, 462, 480, 484, 496, 498, 504, 512, 516,
    524, 532, 533, 548, 554, 558, 566, 578, 586, 590, 598, 600, 604, 608, 634, 643, 646, 654, 682,
    690, 702, 704, 706, 710, 728, 748, 752, 756, 760, 764, 776, 780, 784, 788, 800, 807, 818, 826,
    834, 840, 858, 860, 882, 886, 901, 924, 925, 926, 927, 928, 929, 930, 933, 934, 936, 938, 940,
    941, 943, 944, 946, 947, 948, 949, 950, 951, 952, 953, 955, 956, 957, 958, 959, 960, 961, 962,
    963, 964, 965, 967, 968, 969, 970, 971, 972, 973, 975, 976, 977, 978, 979, 980, 981, 984, 985,
    986, 990, 994, 997, 999,
]);

/// ISO 3166-1, two letters: the first and all that may follow it.
const COUNTRY_LETTERS: &[(u8, &str)] = &[
    (b'A', "DEFGILMOQRSTUWXZ"),
    (b'B', "ABDEFGHIJLMNOQRSTVWYZ"),
    (b'C', "ACDFGHIKLMNORUVWXYZ"),
    (b'D', "EJKMOZ"),
    (b'E', "CEGHRST"),
    (b'F', "IJKMOR"),
    (b'G', "ABDEFGHILMNPQRSTUWY"),
    (b'H', "KMNRTU"),
    (b'I', "DELMNOQRST"),
    (b'J', "EMOP"),
    (b'K', "EGHIMNPRWYZ"),
    (b'L', "ABCIKRSTUVY"),
    (b'M', "ACDEFGHKLMNOPQRSTUVWXYZ"),
    (b'N', "ACEFGILOPRUZ"),
    (b'O', "M"),
    (b'P', "AEFGHKLMNRSTWY"),
    (b'Q', "A"),
    (b'R', "EOSUW"),
    (b'S', "ABCDEGHIJKLMNORSTVXYZ"),
    (b'T', "CDFGHJKLMNORTVWZ"),
    (b'U', "AGMSYZ"),
    (b'V', "ACEGINU"),
    (b'W', "FS"),
    (b'Y', "ET"),
    (b'Z', "AMW"),
];

/// First character of a package type and what may follow it; a dot stands for nothing.
const PACKAGE_TYPES: &[(u8, &str)] = &[
    (b'1', "A B D F G W"),
    (b'2', "00 01 02 03 04 05 06 10 11 12 C"),
    (b'3', "A H"),
    (b'4', "3 4 A B C D F G H"),
    (b'5', "H L M"),
    (b'6', "H P"),
    (b'7', "A B"),
    (b'8', ". A B C"),
    (b'9', "."),
    (b'A', "A B C D F G H I J L M P PE T V"),
    (
        b'B',
        "4 B C D E F G GE H I J K L M ME N O P Q R RI S T U V W X Y Z",
    ),
    (
        b'C',
        "A B BL C CE D E F G H I J K L M N O P Q R S T U V W X Y Z",
    ),
    (b'D', "A B C G H I J K L M N P PE R S T U V W X Y"),
    (b'E', "1 2 3 C D E F G H I N"),
    (b'F', "B C D E I L O OB P PE R T W X"),
    (b'G', "B I L R U Y Z"),
    (b'H', "A B C G N R"),
    (b'I', "A B C D E F G H K L N Z"),
    (b'J', "B C G R T Y"),
    (b'K', "G I"),
    (b'L', "AB E G T U V Z"),
    (b'M', "A B C E PE R S T W X"),
    (b'N', "A E F G S T U V"),
    (b'O', "A B C D E F K PE T U"),
    (
        b'P',
        "2 A AE B C D E F G H I J K L LP N O OP P PE R T U UE V X Y Z",
    ),
    (b'Q', "A B C D F G H J K L M N P Q R S"),
    (b'R', "B1 B2 B3 CB D G J K L O T Z"),
    (b'S', "1 A B C D E EC H I K L M O P S T TL U V W X Y Z"),
    (b'T', "1 B C D E EV G HE I K L N O R RE S T TE U V W WE Y Z"),
    (b'U', "C N UE"),
    (b'V', "A G I K L N O P Q R S Y"),
    (b'W', "A B C D F G H J K L M N P Q R RP S T U V W X Y Z"),
    (b'X', "11 12 15 16 17 18 19 20 3 A B C D F G H J K"),
    (b'Y', "A B C D F G H J K L M N P Q R S T V W X Y Z"),
    (b'Z', "A B C D F G H J K L M N P Q R S T U V W X Y Z"),
];
