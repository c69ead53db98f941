//! The codings of the Tag Data Standard as one table (TDS 2.3, tables 14-1 and section 14.6): what
//! differs between them is data, and one machine reads and writes them all.

use super::Scheme;

/// One coding.
#[derive(Debug)]
pub(super) struct Coding {
    pub(super) header: u8,
    pub(super) scheme: Scheme,
    /// As in a tag URI.
    pub(super) name: &'static str,
    pub(super) layout: Layout,
}

/// What follows the header.
#[derive(Debug, Clone, Copy)]
pub(super) enum Layout {
    /// Codings before TDS 2.0: fields that are the parts of a URN.
    Classic {
        /// The scheme of the pure-identity URN.
        urn: &'static str,
        fields: &'static [Field],
        /// How the parts make a GS1 key, if they make one.
        key: Option<Key>,
    },
    /// Codings since TDS 2.0: toggle bit, filter, then whole element strings.
    Plus {
        /// A date stands before the key.
        dated: bool,
        /// Application identifiers of key and serial.
        ais: &'static [&'static str],
        /// A host name follows.
        host: bool,
    },
}

/// How URN parts make GS1 elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// 01 and 21.
    Sgtin,
    /// 00.
    Sscc,
    /// 414 and 254.
    Sgln,
    /// 8003.
    Grai,
    /// 8004.
    Giai,
    /// 8018.
    Gsrn,
    /// 8017.
    Gsrnp,
    /// 253.
    Gdti,
    /// 255.
    Sgcn,
    /// 8010 and 8011.
    Cpi,
    /// 8006 and 21.
    Itip,
}

/// A field of a classic coding.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    /// Filter of so many bits.
    Filter(u32),
    /// Partition, company prefix and a reference, whose bits are `bits` together with the prefix.
    Company {
        bits: u32,
        name: &'static str,
        /// Digits or characters of the reference at partition 0; one more with each partition.
        room: usize,
        form: Form,
    },
    /// A decimal without leading zeros.
    Integer(&'static str, u32),
    /// Seven bits a character, zeros after the last.
    Text(&'static str, u32),
    /// A decimal with leading zeros kept behind a leading 1.
    Numeric(&'static str, u32),
    /// Two decimal digits in seven bits.
    TwoDigits(&'static str),
    /// CAGE code or `DoDAAC` of eight bits a character, a CAGE code after a space.
    Dodaac8,
    /// CAGE code or `DoDAAC` of six bits a character.
    Dodaac6,
    /// Six bits a character up to six zero bits, of `min..=max` characters.
    Six {
        name: &'static str,
        min: usize,
        max: usize,
    },
    /// Reserved bits, to be zero.
    Reserved(u32),
}

impl Field {
    /// How many parts of a URN the field is.
    pub(super) fn parts(&self) -> usize {
        match self {
            Self::Filter(_) | Self::Reserved(_) => 0,
            Self::Company { .. } => 2,
            _ => 1,
        }
    }
}

/// How the reference after a company prefix is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As many digits as there is room for.
    Padded,
    /// A decimal without leading zeros.
    Loose,
    /// Seven bits a character.
    Text,
    /// Six bits a character and a terminator.
    Six,
}

/// Bits of the company prefix per partition.
pub(super) const PREFIX_BITS: [u32; 7] = [40, 37, 34, 30, 27, 24, 20];

pub(super) fn by_header(header: u8) -> Option<&'static Coding> {
    CODINGS.iter().find(|coding| coding.header == header)
}

pub(super) fn by_name(name: &str) -> Option<&'static Coding> {
    CODINGS.iter().find(|coding| coding.name == name)
}

pub(super) fn of(scheme: Scheme) -> Option<&'static Coding> {
    CODINGS.iter().find(|coding| coding.scheme == scheme)
}

/// What the standard uses a header for that is no coding (table 14-1), for the message.
pub(super) fn header_name(header: u8) -> &'static str {
    match header {
        0x00 => "an unprogrammed tag",
        0xe2 => "the tag identifier of a chip, not an epc",
        0xff => "reserved for longer headers",
        _ => "not assigned to a coding",
    }
}

const fn company(bits: u32, name: &'static str, room: usize, form: Form) -> Field {
    Field::Company {
        bits,
        name,
        room,
        form,
    }
}

const F: Field = Field::Filter(3);
const SGTIN: Field = company(44, "item reference", 1, Form::Padded);
const SSCC: Field = company(58, "serial reference", 5, Form::Padded);
const SGLN: Field = company(41, "location reference", 0, Form::Padded);
const GRAI: Field = company(44, "asset type", 0, Form::Padded);
const GIAI_96: Field = company(82, "individual asset reference", 13, Form::Loose);
const GIAI_202: Field = company(188, "individual asset reference", 18, Form::Text);
const GSRN: Field = company(58, "service reference", 5, Form::Padded);
const GDTI: Field = company(41, "document type", 0, Form::Padded);
const SGCN: Field = company(41, "coupon reference", 0, Form::Padded);
const CPI_96: Field = company(51, "component reference", 3, Form::Loose);
const CPI_VAR: Field = company(0, "component reference", 18, Form::Six);
const PIECE: Field = Field::TwoDigits("piece");
const TOTAL: Field = Field::TwoDigits("total");

const fn serial(bits: u32) -> Field {
    Field::Integer("serial number", bits)
}

const fn serial_text(bits: u32) -> Field {
    Field::Text("serial number", bits)
}

const fn classic(
    (header, scheme, name): (u8, Scheme, &'static str),
    urn: &'static str,
    fields: &'static [Field],
    key: Option<Key>,
) -> Coding {
    Coding {
        header,
        scheme,
        name,
        layout: Layout::Classic { urn, fields, key },
    }
}

const fn plus(
    (header, scheme, name): (u8, Scheme, &'static str),
    dated: bool,
    ais: &'static [&'static str],
    host: bool,
) -> Coding {
    Coding {
        header,
        scheme,
        name,
        layout: Layout::Plus { dated, ais, host },
    }
}

const MANAGER: Field = Field::Integer("general manager number", 28);
const OBJECT: Field = Field::Integer("object class", 24);
const PART: Field = Field::Six {
    name: "part number",
    min: 0,
    max: 32,
};
const ADI_SERIAL: Field = Field::Six {
    name: "serial number",
    min: 1,
    max: 30,
};

const CODINGS: [Coding; 46] = [
    classic(
        (0x2c, Scheme::Gdti96, "gdti-96"),
        "gdti",
        &[F, GDTI, serial(41)],
        Some(Key::Gdti),
    ),
    classic(
        (0x2d, Scheme::Gsrn96, "gsrn-96"),
        "gsrn",
        &[F, GSRN, Field::Reserved(24)],
        Some(Key::Gsrn),
    ),
    classic(
        (0x2e, Scheme::Gsrnp96, "gsrnp-96"),
        "gsrnp",
        &[F, GSRN, Field::Reserved(24)],
        Some(Key::Gsrnp),
    ),
    classic(
        (0x2f, Scheme::Usdod96, "usdod-96"),
        "usdod",
        &[Field::Filter(4), Field::Dodaac8, serial(36)],
        None,
    ),
    classic(
        (0x30, Scheme::Sgtin96, "sgtin-96"),
        "sgtin",
        &[F, SGTIN, serial(38)],
        Some(Key::Sgtin),
    ),
    classic(
        (0x31, Scheme::Sscc96, "sscc-96"),
        "sscc",
        &[F, SSCC, Field::Reserved(24)],
        Some(Key::Sscc),
    ),
    classic(
        (0x32, Scheme::Sgln96, "sgln-96"),
        "sgln",
        &[F, SGLN, Field::Integer("extension", 41)],
        Some(Key::Sgln),
    ),
    classic(
        (0x33, Scheme::Grai96, "grai-96"),
        "grai",
        &[F, GRAI, serial(38)],
        Some(Key::Grai),
    ),
    classic(
        (0x34, Scheme::Giai96, "giai-96"),
        "giai",
        &[F, GIAI_96],
        Some(Key::Giai),
    ),
    classic(
        (0x35, Scheme::Gid96, "gid-96"),
        "gid",
        &[MANAGER, OBJECT, serial(36)],
        None,
    ),
    classic(
        (0x36, Scheme::Sgtin198, "sgtin-198"),
        "sgtin",
        &[F, SGTIN, serial_text(140)],
        Some(Key::Sgtin),
    ),
    classic(
        (0x37, Scheme::Grai170, "grai-170"),
        "grai",
        &[F, GRAI, serial_text(112)],
        Some(Key::Grai),
    ),
    classic(
        (0x38, Scheme::Giai202, "giai-202"),
        "giai",
        &[F, GIAI_202],
        Some(Key::Giai),
    ),
    classic(
        (0x39, Scheme::Sgln195, "sgln-195"),
        "sgln",
        &[F, SGLN, Field::Text("extension", 140)],
        Some(Key::Sgln),
    ),
    classic(
        (0x3a, Scheme::Gdti113, "gdti-113"),
        "gdti",
        &[F, GDTI, Field::Numeric("serial number", 58)],
        Some(Key::Gdti),
    ),
    classic(
        (0x3b, Scheme::AdiVar, "adi-var"),
        "adi",
        &[Field::Filter(6), Field::Dodaac6, PART, ADI_SERIAL],
        None,
    ),
    classic(
        (0x3c, Scheme::Cpi96, "cpi-96"),
        "cpi",
        &[F, CPI_96, serial(31)],
        Some(Key::Cpi),
    ),
    classic(
        (0x3d, Scheme::CpiVar, "cpi-var"),
        "cpi",
        &[F, CPI_VAR, serial(40)],
        Some(Key::Cpi),
    ),
    classic(
        (0x3e, Scheme::Gdti174, "gdti-174"),
        "gdti",
        &[F, GDTI, serial_text(119)],
        Some(Key::Gdti),
    ),
    classic(
        (0x3f, Scheme::Sgcn96, "sgcn-96"),
        "sgcn",
        &[F, SGCN, Field::Numeric("serial number", 41)],
        Some(Key::Sgcn),
    ),
    classic(
        (0x40, Scheme::Itip110, "itip-110"),
        "itip",
        &[F, SGTIN, PIECE, TOTAL, serial(38)],
        Some(Key::Itip),
    ),
    classic(
        (0x41, Scheme::Itip212, "itip-212"),
        "itip",
        &[F, SGTIN, PIECE, TOTAL, serial_text(140)],
        Some(Key::Itip),
    ),
    plus(
        (0xf0, Scheme::CpiPlus, "cpi+"),
        false,
        &["8010", "8011"],
        false,
    ),
    plus((0xf1, Scheme::GraiPlus, "grai+"), false, &["8003"], false),
    plus(
        (0xf2, Scheme::SglnPlus, "sgln+"),
        false,
        &["414", "254"],
        false,
    ),
    plus(
        (0xf3, Scheme::ItipPlus, "itip+"),
        false,
        &["8006", "21"],
        false,
    ),
    plus((0xf4, Scheme::GsrnPlus, "gsrn+"), false, &["8018"], false),
    plus((0xf5, Scheme::GsrnpPlus, "gsrnp+"), false, &["8017"], false),
    plus((0xf6, Scheme::GdtiPlus, "gdti+"), false, &["253"], false),
    plus(
        (0xf7, Scheme::SgtinPlus, "sgtin+"),
        false,
        &["01", "21"],
        false,
    ),
    plus((0xf8, Scheme::SgcnPlus, "sgcn+"), false, &["255"], false),
    plus((0xf9, Scheme::SsccPlus, "sscc+"), false, &["00"], false),
    plus((0xfa, Scheme::GiaiPlus, "giai+"), false, &["8004"], false),
    plus(
        (0xfb, Scheme::DsgtinPlus, "dsgtin+"),
        true,
        &["01", "21"],
        false,
    ),
    plus(
        (0xe6, Scheme::CpiPlusPlus, "cpi++"),
        false,
        &["8010", "8011"],
        true,
    ),
    plus(
        (0xeb, Scheme::GraiPlusPlus, "grai++"),
        false,
        &["8003"],
        true,
    ),
    plus(
        (0xe9, Scheme::SglnPlusPlus, "sgln++"),
        false,
        &["414", "254"],
        true,
    ),
    plus(
        (0xed, Scheme::ItipPlusPlus, "itip++"),
        false,
        &["8006", "21"],
        true,
    ),
    plus(
        (0xe7, Scheme::GsrnPlusPlus, "gsrn++"),
        false,
        &["8018"],
        true,
    ),
    plus(
        (0xe8, Scheme::GsrnpPlusPlus, "gsrnp++"),
        false,
        &["8017"],
        true,
    ),
    plus(
        (0xea, Scheme::GdtiPlusPlus, "gdti++"),
        false,
        &["253"],
        true,
    ),
    plus(
        (0xfd, Scheme::SgtinPlusPlus, "sgtin++"),
        false,
        &["01", "21"],
        true,
    ),
    plus(
        (0xec, Scheme::SgcnPlusPlus, "sgcn++"),
        false,
        &["255"],
        true,
    ),
    plus((0xef, Scheme::SsccPlusPlus, "sscc++"), false, &["00"], true),
    plus(
        (0xee, Scheme::GiaiPlusPlus, "giai++"),
        false,
        &["8004"],
        true,
    ),
    plus(
        (0xfc, Scheme::DsgtinPlusPlus, "dsgtin++"),
        true,
        &["01", "21"],
        true,
    ),
];
