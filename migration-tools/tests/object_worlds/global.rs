//! What belongs to all.

use migration_tools::amplify::objects::Family;
use serde_json::json;

use super::bodies::Body;
use super::{
    At, Builder, CONSOLIDATION, CONVERSATIONS, DISCLOSURES, DOCUMENTS, GROUPS, PRESENTATIONS,
    SHARES, Stand, T_DISCLOSURES, T_GROUPS,
};

/// The names of these buckets in these worlds.
const GROUPS_NAME: &str = "amplify-v6-assistants-dev-group-conversations-content";
const DISCLOSURES_NAME: &str = "amplify-v6-data-disclosure-dev-storage";

fn at(bucket: &'static str, legacy: String, new: String) -> At {
    let new = (CONSOLIDATION, new);
    At { legacy: (bucket, legacy), old: new.clone(), new }
}

impl Builder {
    pub(crate) fn global(&mut self) {
        let differs = self.much.conflicts.then_some(Stand::Differs);
        if !self.much.families.contains(&Family::DataDisclosure) {
            return;
        }
        let stands = [Stand::Legacy, Stand::Copied, Stand::Moved].into_iter().chain(differs);
        for (n, stand) in (1..).zip(stands) {
            self.group_conversation(stand);
            self.disclosure(n, stand);
            let name = format!("Guide {n} é+.pdf");
            let documentation = at(DOCUMENTS, name.clone(), format!("apiDocumentation/{name}"));
            self.spread(stand, &documentation, Body::text);
            let name = format!("Campus {n}.pptx");
            let template = at(
                PRESENTATIONS,
                format!("templates/{name}"),
                format!("powerPointTemplates/{name}"),
            );
            self.spread(stand, &template, Body::text);
        }
        for ((bucket, key), metadata) in
            [((PRESENTATIONS, "templates/Campus 1.pptx"), "isavailable")]
        {
            if let Some(thing) = self.things.get_mut(&(bucket, key.to_owned())) {
                thing.metadata.insert(metadata.to_owned(), "true".to_owned());
            }
        }
        if !self.much.odd {
            return;
        }
        for (bucket, key) in [
            (DISCLOSURES, "empty.pdf"),
            (DISCLOSURES, "folder/"),
            (PRESENTATIONS, "templates/"),
            (PRESENTATIONS, "templates/sub/"),
            (PRESENTATIONS, "somebody/1f.docx"),
            (GROUPS, "conversation_data_astgp/5a_20250305.json"),
            (CONVERSATIONS, "no-user"),
            (CONVERSATIONS, "/nobody"),
            (SHARES, "one-part"),
            (SHARES, "two/parts.json"),
            (CONSOLIDATION, "temp/x"),
            (CONSOLIDATION, "conversations/"),
        ] {
            self.text((bucket, key.to_owned()), "");
        }
    }

    fn group_conversation(&mut self, stand: Stand) {
        let (person, id) = (self.somebody(), self.unique());
        let key = format!("astgp/5a-{id}/{id}.txt");
        let places = at(GROUPS, key.clone(), format!("agentConversations/{key}"));
        self.spread(stand, &places, Body::text);
        self.row(
            T_GROUPS,
            json!({"conversationId": id, "assistantId": format!("astgp/5a-{id}"),
            "user": person.old, "s3Location": format!("s3://{GROUPS_NAME}/{key}")}),
        );
    }

    fn disclosure(&mut self, version: u32, stand: Stand) {
        let file = format!("data_disclosure_2025-01-0{version}.pdf");
        let places = at(DISCLOSURES, file.clone(), format!("dataDisclosure/{file}"));
        self.spread(stand, &places, Body::text);
        self.row(
            T_DISCLOSURES,
            json!({"key": "latest", "version": version, "pdf_id": file,
            "html_content": "<html>", "s3_reference": format!("s3://{DISCLOSURES_NAME}/{file}")}),
        );
    }
}
