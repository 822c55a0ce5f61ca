//! Each folder of `conformance/controllers` is a test: our controllers leave behind what Flux's did.

use libtest_mimic::{Arguments, Failed, Trial};
use rheostat_scenarios::{Setup, recorded};
use tokio::runtime::Runtime;

fn main() {
    let arguments = Arguments::from_args();
    let folders = recorded::folders().expect("the conformance data is part of the repository");
    let trials = folders.into_iter().map(|folder| {
        Trial::test(recorded::name(&folder), move || {
            let runtime = Runtime::new()?;
            let checked = runtime.block_on(recorded::check(&folder, Setup::default()));
            let differences = checked.map_err(|error| format!("{error:#}"))?;
            if differences.is_empty() {
                return Ok(());
            }
            Err(Failed::from(differences.join("\n")))
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}
