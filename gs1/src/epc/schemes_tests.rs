//! Every scheme of the Tag Data Standard: what is written is read back, in both syntaxes.

use super::{Epc, Pattern};
use crate::convert;
use crate::element_string::{parse_bracketed, parse_raw, to_bracketed, to_raw};
use proptest::prelude::*;

/// A URN of any scheme that has a company prefix.
fn urns() -> impl Strategy<Value = String> {
    const TEXT: &str = "[!'-;=A-Z_a-z]";
    let text = |max: usize| proptest::string::string_regex(&format!("{TEXT}{{1,{max}}}")).unwrap();
    let digits = |len: usize| proptest::string::string_regex(&format!("[0-9]{{{len}}}")).unwrap();
    let joined = (
        6_usize..=12,
        digits(17),
        text(16),
        1_u8..=99,
        1_u8..=99,
        0_usize..15,
    );
    let part = "[0-9A-Z-]{1,18}";
    (joined, part, "[1-9][0-9]{0,10}").prop_map(
        |((length, all, text, a, b, which), part, number)| {
            let (prefix, rest) = all.split_at(length);
            let text = super::escape(&text).replace('/', "%2F");
            let body = |total: usize| format!("{prefix}.{}", rest.get(..total - length).unwrap());
            let (piece, total) = (a.min(b), a.max(b));
            match which {
                0 => format!("urn:epc:id:sgtin:{}.{text}", body(13)),
                1 => format!("urn:epc:class:lgtin:{}.{text}", body(13)),
                2 => format!("urn:epc:id:sscc:{}", body(17)),
                3 => format!("urn:epc:id:sgln:{}.{text}", body(12)),
                4 => format!("urn:epc:id:pgln:{}", body(12)),
                5 => format!("urn:epc:id:grai:{}.{text}", body(12)),
                6 => format!("urn:epc:id:giai:{prefix}.{text}"),
                7 => format!("urn:epc:id:gsrn:{}", body(17)),
                8 => format!("urn:epc:id:gsrnp:{}", body(17)),
                9 => format!("urn:epc:id:gdti:{}.{text}", body(12)),
                10 => format!("urn:epc:id:sgcn:{}.{number}", body(12)),
                11 => format!("urn:epc:id:cpi:{prefix}.{part}.{number}"),
                12 => format!("urn:epc:id:ginc:{prefix}.{text}"),
                13 => format!("urn:epc:id:itip:{}.{piece:02}.{total:02}.{text}", body(13)),
                _ => format!("urn:epc:id:upui:{}.{text}", body(13)),
            }
        },
    )
}

proptest! {
    #[test]
    fn every_scheme_survives_every_spelling(urn in urns()) {
        let epc = Epc::parse(&urn).unwrap();
        let prefix = urn.split(['.', ':']).nth(4).unwrap();
        let length = u8::try_from(prefix.len()).unwrap();
        prop_assert_eq!(epc.to_urn(length), Some(urn.clone()));
        prop_assert_eq!(Epc::parse(&epc.canonical()), Ok(epc.clone()));
        let elements = epc.to_elements().unwrap();
        prop_assert_eq!(Epc::from_elements(&elements), Some(epc.clone()));
        prop_assert_eq!(parse_raw(&to_raw(&elements)), Ok(elements.clone()));
        prop_assert_eq!(parse_bracketed(&to_bracketed(&elements)), Ok(elements));
        let from_link = convert::describe(&epc.canonical(), Some(length)).unwrap();
        prop_assert_eq!(Some(from_link), convert::describe(&urn, None).ok());
        if !urn.contains(":class:") {
            let pattern = urn.replacen(":id:", ":idpat:", 1);
            prop_assert!(Pattern::parse(&pattern).unwrap().matches(&epc));
            let dots = pattern.bytes().filter(|byte| *byte == b'.').count();
            prop_assert!(dots > 0);
            let all = Pattern::parse(&pattern).unwrap().to_string();
            prop_assert_eq!(Pattern::parse(&all), Pattern::parse(&pattern));
        }
    }
}
