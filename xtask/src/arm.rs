//! The bridge for gateways with an ARM processor, built as docs/operations.md tells it. With an
//! emulator the tests of the whole bridge run against the programs made, and those of codecs,
//! ledger and rules on the processor with words of 32 bits: hashes, order and encodings have to be
//! the same bits there.

use anyhow::{Context as _, Result, bail};

use crate::run::{root, sh_in};
use crate::tools;

/// A processor, its C compiler and what else Debian has for it.
struct Machine {
    target: &'static str,
    /// GNU's name of it: of the compiler, and of the folder of its libraries.
    gnu: &'static str,
    /// Debian's name of its C library.
    libc: &'static str,
    emulator: &'static str,
}

const MACHINES: [Machine; 2] = [
    Machine {
        target: "armv7-unknown-linux-gnueabihf",
        gnu: "arm-linux-gnueabihf",
        libc: "libc6-dev-armhf-cross",
        emulator: "qemu-arm",
    },
    Machine {
        target: "aarch64-unknown-linux-gnu",
        gnu: "aarch64-linux-gnu",
        libc: "libc6-dev-arm64-cross",
        emulator: "qemu-aarch64",
    },
];

/// What a gateway has: the programs, with a desk reader on the bus of the board.
const BUILD: &str = "cargo build --release --locked -p rfid-bridge --bins --features mfrc522";

/// Tests that start the programs: doors, commands, brokers and webhooks. Not those that kill a
/// process after a second or two, in which an emulated one has only begun.
const WHOLE: &str = "cargo test --locked -p rfid-bridge --test dock --test edge --test feeds \
                     -- --skip killed --skip _slow";

/// Tests that need no program: of code that reads, hashes, orders, judges and stores.
const PARTS: &str =
    "cargo test --locked -p gs1 -p tangle -p tangle-verify -p rules -p rfid-bridge --lib";

/// Worked examples of the cold chain, exact to the last bit, and whatever order records come in.
const ORACLES: &str = "cargo test --locked -p rules --test it -- oracles cold order";

/// `arm [--run]`.
pub(crate) fn arm(words: &[&str]) -> Result<()> {
    let run = match words {
        [] => false,
        ["--run"] => true,
        _ => bail!("arm: say `--run` or nothing"),
    };
    for machine in &MACHINES {
        if !tools::rust_target(machine.target) {
            println!(
                "SKIPPED: the target {} is not installed (rustup target add)",
                machine.target
            );
            continue;
        }
        machine.build()?;
        if run {
            machine.run()?;
        }
    }
    Ok(())
}

impl Machine {
    fn build(&self) -> Result<()> {
        tools::cross(self.gnu, self.libc)?;
        self.cargo(BUILD)?;
        for program in ["rfid-bridge", "reader-sim"] {
            let path = format!("{}/{program}", self.programs());
            let bytes = std::fs::metadata(&path).with_context(|| format!("looking at {path}"))?;
            println!("{path}: {} bytes", bytes.len());
        }
        Ok(())
    }

    fn run(&self) -> Result<()> {
        tools::emulator(self.emulator)?;
        let emulated = format!("{} {}", self.emulated(), self.programs());
        sh_in(&root(), &format!("{emulated}/rfid-bridge --version"), &[])?;
        let programs = [("THERIAC_BRIDGE_PROGRAMS", &*emulated)];
        sh_in(&root(), WHOLE, &programs)?;
        if self.target.starts_with("armv7") {
            self.cargo(PARTS)?;
            self.cargo(ORACLES)?;
        }
        Ok(())
    }

    /// Cargo for this machine: with its compiler, and its emulator for what is run.
    fn cargo(&self, line: &str) -> Result<()> {
        let compiler = format!("{}-gcc", self.gnu);
        let emulated = self.emulated();
        let env = self.variables();
        let env = [
            (&*env[0], &*compiler),
            (&*env[1], &*compiler),
            (&*env[2], &*emulated),
        ];
        // What is for cargo comes before what is for the tests.
        let (cargo, tests) = line.split_once(" -- ").unwrap_or((line, ""));
        let line = format!("{cargo} --target {} -- {tests}", self.target);
        let line = line.trim_end().trim_end_matches(" --");
        sh_in(&root(), line, &env)
    }

    /// What names the linker, the C compiler and the emulator to cargo.
    fn variables(&self) -> [String; 3] {
        let small = self.target.replace('-', "_");
        let large = small.to_uppercase();
        [
            format!("CARGO_TARGET_{large}_LINKER"),
            format!("CC_{small}"),
            format!("CARGO_TARGET_{large}_RUNNER"),
        ]
    }

    fn emulated(&self) -> String {
        format!("{} -L /usr/{}", self.emulator, self.gnu)
    }

    /// The folder of what was built.
    fn programs(&self) -> String {
        let target = std::env::var("CARGO_TARGET_DIR")
            .map_or_else(|_| root().join("target"), |dir| root().join(dir));
        format!("{}/{}/release", target.display(), self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_tells_what_is_done() {
        let manual = root().join("docs/operations.md");
        let manual = std::fs::read_to_string(manual).unwrap();
        for machine in &MACHINES {
            for word in [machine.target, machine.libc, machine.emulator] {
                assert!(manual.contains(word), "{word}");
            }
        }
        let [linker, compiler, _] = MACHINES[1].variables();
        for line in [
            format!("export {linker}=aarch64-linux-gnu-gcc"),
            format!("export {compiler}=aarch64-linux-gnu-gcc"),
            format!("{BUILD} --target aarch64-unknown-linux-gnu"),
        ] {
            assert!(manual.lines().any(|it| it == line), "{line}");
        }
    }
}
