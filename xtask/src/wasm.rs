//! The proof verifier as WebAssembly: built with the smallest profile, made smaller with binaryen
//! where that is installed, and held against the proof vectors where Node is.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::run::{root, sh_in, works};
use crate::tools;

const TARGET: &str = "wasm32-unknown-unknown";
/// Hashes unrolled for speed are 16 KB larger.
const RUSTFLAGS: &str = "--cfg sha2_backend=\"soft\" --cfg sha2_backend_soft=\"compact\"";

/// What the module may have before binaryen, which need not be there: a page loads it, and it
/// must stay below 50 KB.
const MODULE_BYTES_MAX: u64 = 50 * 1024 - 1;

/// Where the module goes.
fn module() -> PathBuf {
    root().join("target/wasm/tangle_verify.wasm")
}

/// Builds `target/wasm/tangle_verify.wasm` and checks it. Without the compiler's target nothing
/// is built, and that is said: the portal then uses its own verifier.
pub(crate) fn build() -> Result<()> {
    if !tools::rust_target(TARGET) {
        println!("SKIPPED: the target {TARGET} is not installed (rustup target add {TARGET})");
        return Ok(());
    }
    let folder = root().join("tangle/verify/wasm");
    let target = root().join("target/wasm/build");
    let target = target.to_string_lossy();
    let env = [("RUSTFLAGS", RUSTFLAGS), ("CARGO_TARGET_DIR", &target)];
    let line = format!("cargo build --release --locked --target {TARGET}");
    sh_in(&folder, &line, &env)?;
    let built = format!("{target}/{TARGET}/release/tangle_verify_wasm.wasm");
    let bytes = fs::copy(&built, module()).with_context(|| format!("copying {built}"))?;
    if bytes > MODULE_BYTES_MAX {
        bail!("the module has {bytes} bytes, at most {MODULE_BYTES_MAX} are wanted");
    }
    if works("wasm-opt --version") {
        let path = module();
        let path = path.to_string_lossy();
        // What the compiler's baseline for this target uses.
        let features = "--enable-bulk-memory --enable-sign-ext --enable-mutable-globals \
                        --enable-nontrapping-float-to-int --enable-reference-types \
                        --enable-multivalue";
        sh_in(
            &root(),
            &format!("wasm-opt -Oz {features} {path} -o {path}"),
            &[],
        )?;
    }
    let bytes = fs::metadata(module()).context("reading the module")?.len();
    println!("{}: {bytes} bytes", module().display());
    if !works("node --version") {
        println!("SKIPPED: node is not installed, the module was not run");
        return Ok(());
    }
    let check = format!(
        "node check.mjs {} {}",
        module().display(),
        root().join("fixtures/verify/proofs.json").display()
    );
    sh_in(&folder, &check, &[])
}
