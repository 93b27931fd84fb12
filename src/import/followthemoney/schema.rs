//! Schemata and the types for which they stand.

use crate::model::EntityType;

/// Schema and type of what has a name that people write. All others (addresses, payments, sanctions, documents, links
/// between entities) are left out.
const TYPES: [(&str, &str); 11] = [
    ("Airplane", "airplane"),
    ("Company", "company"),
    ("Event", "event"),
    // Somebody, a person or not, of whom the source does not know more.
    ("LegalEntity", "other"),
    ("Organization", "organization"),
    ("Person", "person"),
    ("Position", "position"),
    ("Project", "project"),
    ("PublicBody", "organization"),
    ("Vehicle", "vehicle"),
    ("Vessel", "vessel"),
];

/// The type of entities of a schema; `None` if they are left out.
pub(super) fn type_of(schema: &str) -> Option<EntityType> {
    let index = TYPES.binary_search_by_key(&schema, |(name, _)| name).ok()?;
    TYPES.get(index).map(|(_, entity_type)| EntityType::from_checked(entity_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemata_have_types() {
        assert!(TYPES.is_sorted());
        for (schema, entity_type) in TYPES {
            assert_eq!(type_of(schema), EntityType::new(entity_type).ok(), "{schema}");
        }
        assert_eq!(type_of("Payment"), None);
        assert_eq!(type_of("person"), None);
    }
}
