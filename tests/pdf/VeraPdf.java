import java.io.File;
import java.io.InputStream;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.verapdf.pdfa.validation.validators.ValidatorFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Judges PDFs by the rules of veraPDF: arguments are pairs of a flavour (1b, 2b, 3b, 4, ua1) and a file. For each file
 * one line: "compliant", or the rules that it breaks, each as clause-test, separated by spaces.
 *
 * <p>Run by `java -cp JAR VeraPdf.java`, where JAR is one that holds veraPDF without its command line. The profiles are
 * read here, because the class that reads them needs a library for XML binding that Java no longer has.
 */
class VeraPdf {
    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            PDFAFlavour flavour = PDFAFlavour.fromString(arguments[i]);
            try (PDFAParser parser =
                            Foundries.defaultInstance().createParser(new File(arguments[i + 1]), flavour);
                    PDFAValidator validator = ValidatorFactory.createValidator(profile(flavour), false)) {
                System.out.println(describe(validator.validate(parser)));
            }
        }
    }

    private static String describe(ValidationResult result) {
        if (result.isCompliant()) {
            return "compliant";
        }
        Set<String> broken = new TreeSet<>();
        for (TestAssertion assertion : result.getTestAssertions()) {
            if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                RuleId rule = assertion.getRuleId();
                broken.add(rule.getClause() + "-" + rule.getTestNumber());
            }
        }
        return String.join(" ", broken);
    }

    private static ValidationProfile profile(PDFAFlavour flavour) throws Exception {
        String name = flavour.getId().equals("ua1") ? "PDFUA-1" : "PDFA-" + flavour.getId().toUpperCase();
        Element root;
        try (InputStream stream =
                VeraPdf.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml")) {
            root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(stream).getDocumentElement();
        }
        Set<Rule> rules = new LinkedHashSet<>();
        NodeList elements = root.getElementsByTagName("rule");
        for (int i = 0; i < elements.getLength(); i++) {
            rules.add(rule((Element) elements.item(i)));
        }
        Set<Variable> variables = new LinkedHashSet<>();
        elements = root.getElementsByTagName("variable");
        for (int i = 0; i < elements.getLength(); i++) {
            Element variable = (Element) elements.item(i);
            variables.add(Profiles.variableFromValues(variable.getAttribute("name"), variable.getAttribute("object"),
                    text(variable, "defaultValue"), text(variable, "value")));
        }
        return Profiles.profileFromValues(flavour, Profiles.profileDetailsFromValues(name, name, name, new Date()), "",
                rules, variables);
    }

    private static Rule rule(Element rule) {
        Element id = (Element) rule.getElementsByTagName("id").item(0);
        RuleId ruleId = Profiles.ruleIdFromValues(
                PDFAFlavour.Specification.valueOf(id.getAttribute("specification")), id.getAttribute("clause"),
                Integer.parseInt(id.getAttribute("testNumber")));
        boolean deferred = Boolean.parseBoolean(rule.getAttribute("deferred"));
        return Profiles.ruleFromValues(ruleId, rule.getAttribute("object"), deferred, "", text(rule, "description"),
                text(rule, "test"), Profiles.errorFromValues(text(rule, "message"), List.of()), List.of());
    }

    private static String text(Element parent, String name) {
        return parent.getElementsByTagName(name).item(0).getTextContent();
    }
}
