//! Metadata as JSON: a line of arXiv's public snapshot, or plain fields.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::MAX_BYTES;
use super::metadata::{self, Metadata, MetadataError};

/// The fields of both forms. serde refuses each of them where it stands twice.
#[derive(serde::Deserialize)]
struct Fields<'a> {
    #[serde(borrow, alias = "arxiv", alias = "arxiv_id")]
    id: Option<Name<'a>>,
    version: Option<Version>,
    #[serde(borrow)]
    versions: Option<Vec<Created<'a>>>,
    #[serde(borrow)]
    submitted_at: Option<Name<'a>>,
    #[serde(borrow)]
    title: Option<Name<'a>>,
    #[serde(borrow)]
    title_canon_sha256: Option<Name<'a>>,
    #[serde(borrow, rename = "abstract")]
    abstract_text: Option<Name<'a>>,
    #[serde(borrow)]
    abstract_canon_sha256: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    license: Option<Option<Name<'a>>>,
    categories: Option<Categories>,
    primary_cat: Option<String>,
    #[serde(alias = "cross_cats_sorted")]
    cross_cats: Option<Categories>,
    canonical_record: Option<IgnoredAny>,
    schema_version: Option<IgnoredAny>,
}

#[derive(serde::Deserialize)]
struct Created<'a> {
    #[serde(borrow)]
    version: Name<'a>,
    #[serde(borrow)]
    created: Name<'a>,
}

/// `null` is a licence that arXiv does not have; a key that is missing is one that was forgotten.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

impl<'a> Metadata<'a> {
    /// Reads one paper's metadata as JSON, in either of two forms: as it stands on a line of arXiv's public snapshot
    /// (`id`, `title`, `abstract`, `categories`, `license`, `versions`: a list of `version` and `created`), or as
    /// plain fields (`id`, `version`, `submitted_at`, `title`, `abstract`, `license`, and `categories` or
    /// `primary_cat` with `cross_cats`). With plain fields, `title_canon_sha256` and `abstract_canon_sha256` can
    /// stand for the texts. Other fields are passed over.
    ///
    /// # Errors
    /// [`MetadataError`], the first thing that is wrong.
    pub fn from_json(bytes: &'a [u8]) -> Result<Self, MetadataError> {
        if bytes.len() > MAX_BYTES {
            return Err(MetadataError::TooLarge);
        }
        let fields: Fields<'a> = serde_json::from_slice(bytes)
            .map_err(|error| MetadataError::Json(format!("it is no JSON of this form: {error}")))?;
        fields.metadata()
    }
}

const IS_NEEDED: &str = "a record holds it, so it is needed; --help shows the fields";

impl<'a> Fields<'a> {
    fn metadata(self) -> Result<Metadata<'a>, MetadataError> {
        if self.canonical_record.is_some() || self.schema_version.is_some() {
            return Err(MetadataError::IsRecord);
        }
        let missing = |field| MetadataError::Missing { field, remedy: IS_NEEDED };
        let id = metadata::id("id", &self.id.ok_or(missing("id"))?.0)?;
        let (version, submitted_at) = match (self.versions, self.submitted_at) {
            (Some(list), stated) => {
                let list = list.iter().map(|each| (&*each.version.0, &*each.created.0));
                let (newest, first) = metadata::versions("versions", list)?;
                if let Some(stated) = stated
                    && metadata::time("submitted_at", &stated.0)? != first
                {
                    return Err(MetadataError::Disagree("submitted_at", "versions"));
                }
                (Some(newest), first)
            }
            (None, Some(at)) => (None, metadata::time("submitted_at", &at.0)?),
            (None, None) => return Err(missing("versions (or submitted_at)")),
        };
        // The version may stand in several places, which must not contradict each other.
        let stated = [("version", self.version.map(|v| v.0)), ("id", id.version())];
        let mut known = version.map(|version| ("versions", version));
        for (name, version) in stated {
            match (known, version) {
                (Some((other, n)), Some(version)) if n != version => {
                    return Err(MetadataError::Disagree(name, other));
                }
                (None, Some(version)) => known = Some((name, version)),
                _ => {}
            }
        }
        let (_, version) = known.ok_or(missing("version"))?;
        let license = self.license.ok_or(MetadataError::Missing {
            field: "license",
            remedy: "give arXiv's licence URI, or null where arXiv has none",
        })?;
        let (primary_category, cross_categories) = match (self.categories, self.primary_cat) {
            (Some(list), None) if self.cross_cats.is_none() => {
                metadata::categories("categories", list.0)?
            }
            (None, Some(primary)) => {
                let cross = self.cross_cats.ok_or(missing("cross_cats"))?;
                metadata::categories("primary_cat", std::iter::once(primary).chain(cross.0))?
            }
            (Some(_), _) => {
                return Err(MetadataError::Disagree("categories", "primary_cat or cross_cats"));
            }
            (None, None) => return Err(missing("categories")),
        };
        let plain = |name: Option<Name<'a>>| name.map(|name| name.0);
        Ok(Metadata {
            id: id.with_version(None),
            version,
            submitted_at,
            license: Some(plain(license).unwrap_or_default()),
            primary_category,
            cross_categories,
            title: metadata::text(
                ["title", "title_canon_sha256"],
                plain(self.title),
                plain(self.title_canon_sha256),
            )?,
            abstract_text: metadata::text(
                ["abstract", "abstract_canon_sha256"],
                plain(self.abstract_text),
                plain(self.abstract_canon_sha256),
            )?,
        })
    }
}

/// Text that is borrowed from the input where it has no escapes; serde copies it inside of an `Option` otherwise.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// A version as a number or as text: `3`, `"3"`, `"v3"`.
struct Version(u32);

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct VersionVisitor;
        impl Visitor<'_> for VersionVisitor {
            type Value = Version;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a version, from 1")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Version, E> {
                let number = u32::try_from(number).ok().filter(|&n| n >= 1);
                number.map(Version).ok_or_else(|| E::custom("a version is a number from 1"))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Version, E> {
                metadata::version("version", text).map(Version).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(VersionVisitor)
    }
}

/// Categories as a list, or in one text between blanks, as arXiv writes them.
struct Categories(Vec<String>);

impl<'de> Deserialize<'de> for Categories {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CategoriesVisitor;
        impl<'de> Visitor<'de> for CategoriesVisitor {
            type Value = Categories;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("categories")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Categories, E> {
                Ok(Categories(text.split_ascii_whitespace().map(str::to_owned).collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Categories, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Categories(list))
            }
        }
        deserializer.deserialize_any(CategoriesVisitor)
    }
}
