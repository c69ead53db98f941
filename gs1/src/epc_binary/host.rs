//! The host name that the `++` codings carry (TDS 2.3, 14.5.16), so that a tag leads to its owner's
//! Digital Link: URN Code 40, or seven bits a character with short codes for common endings.
//!
//! Table 14-14 prints the codes of `.org.cn` and `.net.cn` with the seven leading bits of another
//! table, where they would mean `.bm` and `.br`; they are read and written with the bits of their
//! own table, as all their neighbours are.

use super::bits::{Reader, Writer};
use super::error::BinaryError;
use super::text::{read_code_40, write_code_40};
use super::value::problem;

const FIELD: &str = "host name";
/// Largest length indicator: six bits.
const UNITS_MAX: usize = 63;

/// Codes of seven bits that stand for more than one character (table 14-11).
const SHORT: [(u8, &str); 13] = [
    (0x1e, "qr."),
    (0x1f, "www."),
    (0x20, "id."),
    (0x5b, ".com"),
    (0x5c, ".org"),
    (0x5d, ".net"),
    (0x5e, ".int"),
    (0x60, ".edu"),
    (0x7b, ".gov"),
    (0x7c, ".mil"),
    (0x7d, ".biz"),
    (0x7e, ".eco"),
    (0x7f, ".med"),
];

/// Endings of fourteen bits, in the order of their second seven; the index is the first seven
/// (tables 14-12 to 14-15). The dots before them are left out.
const LONG: [&str; 4] = [
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo bq br \
     bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec \
     ee eg eh er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy \
     hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz \
     la lb lc li",
    "lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc \
     ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw \
     sa sb sc sd se sg sh si sk sl sm sn sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to \
     tr tt tv tw tz ua ug us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw",
    "com.au net.au org.au co.at com.bd co.bd com.br net.br co.nz com.ng com.pk co.in com.in co.il \
     co.jp co.za co.kr com.es com.lk co.th co.tt com.tt com.tr biz.tr com.ua co.uk co.zm com.zm \
     com.cn org.cn net.cn gov.cn",
    "tech",
];

/// Reads indicator, length and name.
pub(super) fn read(bits: &mut Reader<'_>) -> Result<String, BinaryError> {
    let bit = bits.at();
    let seven = bits.take(FIELD, 1)? == 1;
    let units = usize::from(bits.take_u8(FIELD, 6)?);
    let name = if seven {
        read_seven(bits, units)?
    } else {
        read_code_40(bits, FIELD, units)?
    };
    if fits(&name) {
        Ok(name)
    } else {
        Err(problem(
            FIELD,
            bit,
            &format!("is {name:?}, no name of a host"),
        ))
    }
}

fn read_seven(bits: &mut Reader<'_>, units: usize) -> Result<String, BinaryError> {
    let mut name = String::new();
    let mut left = units;
    while left > 0 {
        let bit = bits.at();
        let code = bits.take_u8(FIELD, 7)?;
        left -= 1;
        if let Some(endings) = LONG.get(usize::from(code)) {
            let index = usize::from(bits.take_u8(FIELD, 7)?);
            let ending = endings.split_ascii_whitespace().nth(index);
            let (Some(ending), Some(rest)) = (ending, left.checked_sub(1)) else {
                return Err(problem(FIELD, bit, "holds a reserved code of 14 bits"));
            };
            name.push('.');
            name.push_str(ending);
            left = rest;
        } else if let Some((_, text)) = SHORT.iter().find(|(short, _)| *short == code) {
            name.push_str(text);
        } else {
            name.push(char::from(code));
        }
    }
    Ok(name)
}

/// Writes a name with as few bits as the codes allow; false when it is no name or too long.
pub(super) fn write(out: &mut Writer, name: &str) -> bool {
    if !fits(name) {
        return false;
    }
    let units = codes(name);
    let lower = name.bytes().any(|b| b.is_ascii_lowercase() || b == b'_');
    if !lower && name.len().div_ceil(3) * 16 < units.len() * 7 {
        out.push(0, 1);
        out.push(u64::try_from(name.len()).unwrap_or(0), 6);
        return name.len() <= UNITS_MAX && write_code_40(out, name);
    }
    out.push(1, 1);
    out.push(u64::try_from(units.len()).unwrap_or(0), 6);
    for code in &units {
        out.push(u64::from(*code), 7);
    }
    units.len() <= UNITS_MAX
}

/// The name in codes of seven bits, at every place the code of the longest text.
fn codes(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.bytes().next() {
        let short = SHORT
            .iter()
            .filter(|(_, text)| rest.starts_with(text))
            .map(|(code, text)| (text.len(), vec![*code]));
        let long = (0..).zip(LONG).flat_map(|(table, endings)| {
            let after_dot = rest.strip_prefix('.').unwrap_or_default();
            (0..)
                .zip(endings.split_ascii_whitespace())
                .filter(move |(_, ending)| after_dot.starts_with(ending))
                .map(move |(index, ending)| (ending.len() + 1, vec![table, index]))
        });
        let best = short.chain(long).max_by_key(|(len, _)| *len);
        let (len, units) = best.unwrap_or((1, vec![first]));
        out.extend(units);
        rest = rest.get(len..).unwrap_or_default();
    }
    out
}

/// Whether a Digital Link may have this host.
fn fits(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':');
    !name.is_empty() && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(name: &str) -> Option<(Vec<u8>, u32)> {
        let mut out = Writer::default();
        let fits = write(&mut out, name);
        let len = out.len();
        fits.then(|| (out.into_words(), len))
    }

    #[test]
    fn tables_are_full() {
        let sizes: Vec<usize> = LONG
            .iter()
            .map(|t| t.split_ascii_whitespace().count())
            .collect();
        assert_eq!(sizes, [128, 117, 32, 1]);
    }

    #[test]
    fn common_endings_are_short() {
        for (name, bits) in [
            ("id.example.com", 7 + 9 * 7),
            ("example.org.cn", 7 + 9 * 7),
            ("qr.a.tech", 7 + 4 * 7),
            ("EXAMPLE.ORG", 7 + 4 * 16),
        ] {
            let (bytes, len) = written(name).unwrap();
            assert_eq!(len, bits, "{name}");
            assert_eq!(read(&mut Reader::new(&bytes, len)).unwrap(), name);
        }
        assert_eq!(written(""), None);
        assert_eq!(written("a/b"), None);
        assert_eq!(written(&"x".repeat(64)), None);
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in "[a-zA-Z0-9.:-]{1,40}(\\.(com|de|co\\.uk|tech|zw))?") {
            let (bytes, len) = written(&name).unwrap();
            prop_assert_eq!(read(&mut Reader::new(&bytes, len)).unwrap(), name);
        }
    }
}
