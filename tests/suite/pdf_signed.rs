//! Signed files: what is signed is said, and an appended section leaves signatures valid.

use std::fs;

use pith::inject::{InjectError, Options, Output, inject};
use pith::metadata::Metadata;
use pith::pdf::Pdf;

use crate::pdf_files::{folder, unusual};
use crate::tools::{self, require, require_python};

/// Signs `in.pdf` four times over, each a file of its own: an approval, and certifications of P 1 to 3.
const SIGN: &str = "
from pyhanko.sign import signers, fields
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
signer = signers.SimpleSigner.load('key.pem', 'certificate.pem')
for level in (0, 1, 2, 3):
    with open('in.pdf', 'rb') as source, open(f'signed-{level}.pdf', 'wb') as target:
        meta = signers.PdfSignatureMetadata(
            field_name='S', certify=level > 0,
            docmdp_permissions=fields.MDPPerm(level) if level else fields.MDPPerm.FILL_FORMS)
        signers.sign_pdf(IncrementalPdfFileWriter(source), meta, signer=signer, output=target)
";

#[test]
fn signatures_are_said_and_stay_valid() {
    let (true, true, Some(python)) =
        (require("openssl"), require("pdfsig"), require_python("pyhanko"))
    else {
        return;
    };
    let folder = folder("signed");
    fs::write(folder.join("in.pdf"), &unusual()[1].1).unwrap();
    let request = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -subj /CN=pith -days 30";
    tools::run(&folder, "openssl", &request.split(' ').collect::<Vec<_>>());
    tools::run(&folder, python.to_str().unwrap(), &["-c", SIGN]);
    let metadata = Metadata {
        number: "pith:WKFOJ2ECV52KUJR3SCIBSQ4GYD".to_owned(),
        url: "https://pith.science/pith/WKFOJ2ECV52KUJR3SCIBSQ4GYD".to_owned(),
        proof: None,
    };
    for level in 0..=3 {
        let path = folder.join(format!("signed-{level}.pdf"));
        let signatures = Pdf::open(&path, None).unwrap().signatures().unwrap();
        assert_eq!((signatures.count, signatures.doc_mdp), (1, (level > 0).then_some(level)));
        let mut options = Options::default();
        if level == 1 {
            let error = inject(&path, Output::InPlace, &metadata, &options).unwrap_err();
            assert!(matches!(error, InjectError::Certified { .. }), "{error}");
            options.force = true;
        }
        let report = inject(&path, Output::InPlace, &metadata, &options).unwrap();
        assert_eq!(report.signatures, signatures);
        let said = tools::run(&folder, "pdfsig", &["-nocert", path.to_str().unwrap()]);
        assert!(said.contains("Signature is Valid"), "{level}: {said}");
    }
}
