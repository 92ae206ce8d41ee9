//! Signed files: what is signed is said, and an appended section leaves signatures valid.

use std::fs;
use std::path::Path;
use std::process::Command;

use pith::inject::{Edit, InjectError, Options, Output, inject};
use pith::metadata::Metadata;
use pith::pdf::Pdf;

use crate::desk::run;
use crate::pdf_files::{folder, unusual};
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

/// What pyHanko says of each file: whether the signed bytes are intact, and the signature valid.
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
        print(status.intact, status.valid, status.trusted)
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
    let folder = folder("signed");
    fs::write(folder.join("in.pdf"), &unusual()[1].1).unwrap();
    let usage = "keyUsage=critical,digitalSignature,nonRepudiation";
    certificate(&folder, "key.pem", "certificate.pem", &[usage]);
    let extended = "extendedKeyUsage=critical,timeStamping";
    certificate(
        &folder,
        "clock-key.pem",
        "clock.pem",
        &["keyUsage=critical,digitalSignature", extended],
    );
    tools::run(&folder, python.to_str().unwrap(), &["-c", SIGN]);
    let metadata = Metadata {
        number: "pith:WKFOJ2ECV52KUJR3SCIBSQ4GYD".to_owned(),
        url: "https://pith.science/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD".to_owned(),
        proof: None,
    };
    let names: Vec<_> = (0..=4).map(|level| format!("signed-{level}.pdf")).collect();
    for level in 0..=4 {
        let path = folder.join(format!("signed-{level}.pdf"));
        let signatures = Pdf::open(&path, None).unwrap().signatures();
        assert_eq!(
            (signatures.count, signatures.doc_mdp),
            (1, (1..=3).contains(&level).then_some(level))
        );
        let mut options = Options::default();
        if level == 1 {
            let error = inject(&path, Output::InPlace, &metadata, &options).unwrap_err();
            assert!(matches!(error, InjectError::Certified { .. }), "{error}");
            options.force = true;
        }
        let edit = Edit::open(&path, Output::InPlace, &options).unwrap();
        assert_eq!(*edit.signatures(), signatures);
        edit.inject(&metadata).unwrap();
        if level == 4 {
            // pdfsig knows no timestamps of this form.
            continue;
        }
        let said = tools::run(&folder, "pdfsig", &["-nocert", path.to_str().unwrap()]);
        assert!(said.contains("Signature is Valid"), "{level}: {said}");
    }
    let strip = ["strip", "signed-2.pdf", "-o", "out.pdf"];
    let said =
        run(Command::new(env!("CARGO_BIN_EXE_pith")).current_dir(&folder).args(strip), b"").err();
    let first = "signed-2.pdf has 1 signature: the signed bytes stay as they are\nthe Pith Number is out of the";
    assert!(said.starts_with(first), "{said}");
    let mut arguments = vec!["-c", JUDGE];
    arguments.extend(names.iter().map(String::as_str));
    let judged = tools::run(&folder, python.to_str().unwrap(), &arguments);
    assert_eq!(judged, "True True True\n".repeat(names.len()));
}
