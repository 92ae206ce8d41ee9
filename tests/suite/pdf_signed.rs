//! Signed files: what is signed is said, and an appended section leaves signatures valid.

use std::fs;
use std::path::Path;

use pith::pdf::Pdf;

use crate::desk::Desk;
use crate::pdf_files::{paper, unusual};
use crate::tools::{self, require, require_python};

/// Signs `in.pdf` five times over, each a file of its own: an approval, certifications of P 1 to 3, a timestamp.
const SIGN: &str = "
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.sign import signers, fields
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
signer = signers.SimpleSigner.load('key.pem', 'certificate.pem')
for level in (0, 1, 2, 3):
    with open('in.pdf', 'rb') as source, open(f'signed-{level}.pdf', 'wb') as target:
        meta = signers.PdfSignatureMetadata(
            field_name='S', certify=level > 0,
            docmdp_permissions=fields.MDPPerm(level) if level else fields.MDPPerm.FILL_FORMS)
        signers.sign_pdf(IncrementalPdfFileWriter(source), meta, signer=signer, output=target)
clock = DummyTimeStamper(load_cert_from_pemder('clock.pem'), load_private_key_from_pemder('clock-key.pem', None))
with open('in.pdf', 'rb') as source, open('signed-4.pdf', 'wb') as target:
    signers.PdfTimeStamper(clock).timestamp_pdf(IncrementalPdfFileWriter(source), 'sha256', output=target)
";

/// What pyHanko says of each file: whether the signed bytes are intact, the signature valid and its certificate trusted,
/// what came after it allowed, and all of that together.
const JUDGE: &str = "
import logging, sys
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext
logging.disable(logging.CRITICAL)
trust = ValidationContext(trust_roots=[load_cert_from_pemder(n) for n in ('certificate.pem', 'clock.pem')])
for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        signature = PdfFileReader(file).embedded_signatures[0]
        is_stamp = signature.sig_object.get('/Type') == '/DocTimeStamp'
        status = (validate_pdf_timestamp if is_stamp else validate_pdf_signature)(signature, trust)
        # A timestamp forbids nothing, and has no such line.
        is_allowed = status.docmdp_ok is not False and (is_stamp or status.bottom_line)
        print(status.intact, status.valid, status.trusted, is_allowed)
";

/// A key and a certificate of it, with extensions that pyHanko asks for.
fn certificate(folder: &Path, key: &str, certificate: &str, extensions: &[&str]) {
    let request = "req -x509 -newkey rsa:2048 -nodes -subj /CN=pith -days 30";
    let mut arguments: Vec<&str> = request.split(' ').collect();
    arguments.extend(["-keyout", key, "-out", certificate]);
    arguments.extend(extensions.iter().flat_map(|extension| ["-addext", *extension]));
    tools::run(folder, "openssl", &arguments);
}

#[test]
fn signatures_are_said_and_stay_valid() {
    let (true, true, Some(python)) =
        (require("openssl"), require("pdfsig"), require_python("pyhanko"))
    else {
        return;
    };
    let by_hand = unusual().swap_remove(1).1;
    let by_tex = paper("pdflatex").map(|path| fs::read(path).unwrap());
    for input in [Some(by_hand), by_tex].into_iter().flatten() {
        let desk = Desk::new();
        desk.write("in.pdf", &input);
        sign(desk.path(), &python);
        stay_valid(&desk, &python);
    }
}

/// Makes the files of [`SIGN`].
fn sign(folder: &Path, python: &Path) {
    let usage = "keyUsage=critical,digitalSignature,nonRepudiation";
    certificate(folder, "key.pem", "certificate.pem", &[usage]);
    let extended = "extendedKeyUsage=critical,timeStamping";
    certificate(
        folder,
        "clock-key.pem",
        "clock.pem",
        &["keyUsage=critical,digitalSignature", extended],
    );
    tools::run(folder, python.to_str().unwrap(), &["-c", SIGN]);
}

fn stay_valid(desk: &Desk, python: &Path) {
    let names: Vec<_> = (0..=4).map(|level| format!("signed-{level}.pdf")).collect();
    for (level, name) in (0..).zip(&names) {
        let path = desk.join(name);
        let signatures = Pdf::open(&path, None).unwrap().signatures();
        assert_eq!(
            (signatures.count, signatures.doc_mdp),
            (1, (1..=3).contains(&level).then_some(level))
        );
        let inject = ["inject", name, "2403.01164", "--mirror", "mirror", "--in-place"];
        let said = format!("{name} has 1 signature: the signed bytes stay as they are\n");
        let ran = match level {
            1 => {
                let before = fs::read(&path).unwrap();
                let refused = desk.run(&inject);
                assert_eq!(refused.status, Some(5), "{}", refused.err());
                assert!(refused.err().contains("which allows no change"), "{}", refused.err());
                assert_eq!(fs::read(&path).unwrap(), before);
                desk.run(&[&inject[..], &["--force"]].concat())
            }
            _ => desk.run(&inject),
        };
        assert_eq!(ran.status, Some(0), "{}", ran.err());
        assert!(ran.err().starts_with(&said), "{}", ran.err());
        let report = desk.run(&["check", name, "--format", "json"]).json().remove(0);
        let findings = report["findings"].as_array().unwrap();
        assert!(findings.iter().any(|finding| finding["check"] == "pdf-signed"), "{report:#}");
        if level == 4 {
            // pdfsig knows no timestamps of this form.
            continue;
        }
        let said = tools::run(desk.path(), "pdfsig", &["-nocert", name]);
        assert!(said.contains("Signature is Valid"), "{level}: {said}");
    }
    let said = desk.run(&["strip", "signed-2.pdf", "-o", "out.pdf"]).err();
    let first = "signed-2.pdf has 1 signature: the signed bytes stay as they are\nthe Pith Number is out of the";
    assert!(said.starts_with(first), "{said}");
    let mut arguments = vec!["-c", JUDGE];
    arguments.extend(names.iter().map(String::as_str));
    let judged = tools::run(desk.path(), python.to_str().unwrap(), &arguments);
    assert_eq!(judged, "True True True True\n".repeat(names.len()));
}
