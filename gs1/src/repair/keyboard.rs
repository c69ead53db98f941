//! Keyboards: a scanner that types sends keys, not characters, and the computer makes characters of
//! them by its own layout. A layout here is the characters of the same 47 keys in the same order:
//! the row of digits, then the three rows of letters.

use super::Cause;

/// Characters of the keys alone, and with Shift.
struct Layout {
    name: &'static str,
    plain: &'static str,
    shifted: &'static str,
}

const AMERICAN: Layout = Layout {
    name: "American",
    plain: "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./",
    shifted: "~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?",
};

const OTHERS: [Layout; 10] = [
    // Scanners that send everything but letters by code differ in two keys only.
    Layout {
        name: "Y and Z exchanged",
        plain: "`1234567890-=qwertzuiop[]\\asdfghjkl;'yxcvbnm,./",
        shifted: "~!@#$%^&*()_+QWERTZUIOP{}|ASDFGHJKL:\"YXCVBNM<>?",
    },
    Layout {
        name: "German",
        plain: "^1234567890\u{df}\u{b4}qwertzuiop\u{fc}+#asdfghjkl\u{f6}\u{e4}yxcvbnm,.-",
        shifted: "\u{b0}!\"\u{a7}$%&/()=?`QWERTZUIOP\u{dc}*'ASDFGHJKL\u{d6}\u{c4}YXCVBNM;:_",
    },
    Layout {
        name: "Swiss",
        plain: "\u{a7}1234567890'^qwertzuiop\u{e8}\u{a8}$asdfghjkl\u{e9}\u{e0}yxcvbnm,.-",
        shifted: "\u{b0}+\"*\u{e7}%&/()=?`QWERTZUIOP\u{fc}!\u{a3}ASDFGHJKL\u{f6}\u{e4}YXCVBNM;:_",
    },
    Layout {
        name: "French",
        plain: "\u{b2}&\u{e9}\"'(-\u{e8}_\u{e7}\u{e0})=azertyuiop^$*qsdfghjklm\u{f9}wxcvbn,;:!",
        shifted: "~1234567890\u{b0}+AZERTYUIOP\u{a8}\u{a3}\u{b5}QSDFGHJKLM%WXCVBN?./\u{a7}",
    },
    Layout {
        name: "Belgian",
        plain: "\u{b2}&\u{e9}\"'(\u{a7}\u{e8}!\u{e7}\u{e0})-azertyuiop^$\u{b5}qsdfghjklm\u{f9}\
                wxcvbn,;:=",
        shifted: "\u{b3}1234567890\u{b0}_AZERTYUIOP\u{a8}*\u{a3}QSDFGHJKLM%WXCVBN?./+",
    },
    Layout {
        name: "Czech",
        plain: ";+\u{11b}\u{161}\u{10d}\u{159}\u{17e}\u{fd}\u{e1}\u{ed}\u{e9}=\u{b4}qwertzuiop\
                \u{fa})\u{a8}asdfghjkl\u{16f}\u{a7}yxcvbnm,.-",
        shifted: "\u{b0}1234567890%\u{2c7}QWERTZUIOP/('ASDFGHJKL\"!YXCVBNM?:_",
    },
    Layout {
        name: "Spanish",
        plain: "\u{ba}1234567890'\u{a1}qwertyuiop`+\u{e7}asdfghjkl\u{f1}\u{b4}zxcvbnm,.-",
        shifted: "\u{aa}!\"\u{b7}$%&/()=?\u{bf}QWERTYUIOP^*\u{c7}ASDFGHJKL\u{d1}\u{a8}ZXCVBNM;:_",
    },
    Layout {
        name: "Italian",
        plain: "\\1234567890'\u{ec}qwertyuiop\u{e8}+\u{f9}asdfghjkl\u{f2}\u{e0}zxcvbnm,.-",
        shifted: "|!\"\u{a3}$%&/()=?^QWERTYUIOP\u{e9}*\u{a7}ASDFGHJKL\u{e7}\u{b0}ZXCVBNM;:_",
    },
    Layout {
        name: "Nordic",
        plain: "\u{a7}1234567890+\u{b4}qwertyuiop\u{e5}\u{a8}'asdfghjkl\u{f6}\u{e4}zxcvbnm,.-",
        shifted: "\u{bd}!\"#\u{a4}%&/()=?`QWERTYUIOP\u{c5}^*ASDFGHJKL\u{d6}\u{c4}ZXCVBNM;:_",
    },
    Layout {
        name: "British",
        plain: "`1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./",
        shifted: "\u{ac}!\"\u{a3}$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?",
    },
];

impl Layout {
    fn keys(&self) -> impl Iterator<Item = char> {
        self.plain.chars().chain(self.shifted.chars())
    }
}

/// What keys typed on a computer of layout `to` show of a text that a scanner of layout `from`
/// sends. Characters without a key, control characters among them, stay.
fn typed(text: &str, from: &Layout, to: &Layout) -> String {
    let key = |c: char| from.keys().zip(to.keys()).find(|(sent, _)| *sent == c);
    text.chars()
        .map(|c| key(c).map_or(c, |(_, shown)| shown))
        .collect()
}

/// Texts that would have come out as `text` had Caps Lock been on or a keyboard been another.
pub(super) fn undo(text: &str) -> Vec<(String, Cause)> {
    let (mark, rest) = mark(text);
    let mut out = vec![
        (swap_case(text), Cause::CapsLock),
        (text.to_ascii_lowercase(), Cause::AllCapitals),
        (
            format!("{mark}{}", rest.to_ascii_uppercase()),
            Cause::AllSmall,
        ),
    ];
    // Of a code that has capitals only, capitals show in the symbology identifier alone.
    if mark == "]D2" && !rest.bytes().any(|byte| byte.is_ascii_lowercase()) {
        out.push((format!("]d2{rest}"), Cause::AllCapitals));
    }
    for other in &OTHERS {
        let cause = Cause::KeyboardLayout(other.name);
        // The computer shows the other layout where the scanner sends American keys, or the other
        // way round.
        for undone in [typed(text, other, &AMERICAN), typed(text, &AMERICAN, other)] {
            out.push((swap_case(&undone), cause));
            out.push((undone, cause));
        }
    }
    out
}

/// The symbology identifier before a code, if there is one, and the rest.
fn mark(text: &str) -> (&str, &str) {
    let cut = if text.starts_with(']') { 3 } else { 0 };
    text.split_at_checked(cut).unwrap_or(("", text))
}

fn swap_case(text: &str) -> String {
    let swap = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}

/// What a scanner that sends American keys shows on another keyboard, for tests of other modules.
#[cfg(test)]
pub(super) fn garble(text: &str, name: &str) -> String {
    let other = OTHERS.iter().find(|layout| layout.name == name).unwrap();
    typed(text, &AMERICAN, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_has_every_key_once() {
        for layout in OTHERS.iter().chain([&AMERICAN]) {
            for keys in [layout.plain, layout.shifted] {
                assert_eq!(keys.chars().count(), 47, "{}", layout.name);
            }
            let mut keys: Vec<char> = layout.keys().collect();
            keys.sort_unstable();
            keys.dedup();
            // The Czech keyboard has one character twice.
            assert!(keys.len() >= 90, "{} {}", layout.name, keys.len());
        }
    }

    #[test]
    fn known_pairs_of_keyboards() {
        for (sent, name, shown) in [
            ("]d201yZ", "German", "+d201zY"),
            ("(01)A/b", "German", ")01=A-b"),
            ("0109aqzm", "French", "\u{e0}&\u{e0}\u{e7}qaw,"),
            ("21-x", "Italian", "21'x"),
        ] {
            assert_eq!(garble(sent, name), shown);
            assert!(undo(shown).iter().any(|(text, cause)| {
                text == sent
                    && *cause
                        == Cause::KeyboardLayout(match name {
                            "German" => "German",
                            "French" => "French",
                            _ => "Italian",
                        })
            }));
        }
    }
}
