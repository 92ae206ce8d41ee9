//! The action and the hook that other repositories call: their files are read as YAML, and what they run is run.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::desk::{self, Desk, Ran};
use crate::{records, tools};

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// A YAML file of the repository's top folder.
fn yaml(name: &str) -> Option<Value> {
    let python = tools::require_python("yaml")?;
    let read = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";
    let json = tools::run(Path::new(TOP), python.to_str().unwrap(), &["-c", read, name]);
    Some(serde_json::from_str(&json).unwrap())
}

/// A step of the action as its runner runs it: bash that stops at the first error, inputs filled in, in a repository
/// that holds `paper.pdf`.
fn step(desk: &Desk, action: &Value, name: &str, inputs: &[(&str, &str)]) -> Ran {
    let steps = action["runs"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == name).expect("the step is there");
    let value = |input: &str| {
        let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| *value);
        given.unwrap_or_else(|| action["inputs"][input]["default"].as_str().unwrap()).to_owned()
    };
    let mut bash = desk.shell("bash");
    bash.env("RUNNER_TEMP", desk.path()).env("GITHUB_ACTION_PATH", TOP);
    for (variable, text) in step["env"].as_object().into_iter().flatten() {
        let input = text.as_str().unwrap().trim_start_matches("${{ inputs.");
        bash.env(variable, value(input.trim_end_matches(" }}")));
    }
    bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
    desk::run(&mut bash, b"")
}

/// Puts the number into `paper.pdf`, which makes it ready.
fn inject(desk: &Desk) {
    let number = records::HETEGEN_SUFFIX;
    desk.good(&["inject", "paper.pdf", number, "--mirror", "mirror", "--in-place"]);
}

#[test]
fn the_action_reports_and_fails_where_a_paper_is_not_ready() {
    let Some(action) = yaml("action.yml") else { return };
    let desk = Desk::new();
    let paths = [("paths", "paper.pdf")];
    assert_eq!(step(&desk, &action, "Install pith", &paths).status, Some(0));

    let report = step(&desk, &action, "Write the report", &paths);
    assert_eq!(report.status, Some(0), "{}", report.err());
    let sarif: Value = serde_json::from_slice(&fs::read(desk.join("pith.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "number-missing");
    let check = step(&desk, &action, "Check", &paths);
    assert_eq!(check.status, Some(1));
    assert!(check.out().starts_with("::error file=paper.pdf"), "{}", check.out());

    // A file that is not there is no finding: nothing is uploaded.
    assert_eq!(step(&desk, &action, "Write the report", &[("paths", "no.pdf")]).status, Some(5));

    inject(&desk);
    assert_eq!(step(&desk, &action, "Check", &paths).status, Some(0));
    let arguments = [("paths", "paper.pdf"), ("arguments", "--offline --expect 2404.14294")];
    assert_eq!(step(&desk, &action, "Check", &arguments).status, Some(1), "another paper");
}

#[test]
fn the_hook_checks_the_files_that_it_is_given() {
    let Some(hooks) = yaml(".pre-commit-hooks.yaml") else { return };
    let hook = &hooks[0];
    assert_eq!(hook["id"], "pith-check");
    let mut words = hook["entry"].as_str().unwrap().split(' ');
    assert_eq!(words.next(), Some("pith"));
    let arguments: Vec<_> = words.chain(["paper.pdf"]).collect();
    let desk = Desk::new();
    assert_eq!(desk.run(&arguments).status, Some(1));
    inject(&desk);
    assert_eq!(desk.run(&arguments).status, Some(0));
}
