//! What scheduled tasks have answered.

use serde_json::{Value, json};

use super::bodies::Body;
use super::private::stored;
use super::{At, Builder, CONSOLIDATION, LOGS, Person, Stand, T_STORAGE, T_TASKS};

impl Builder {
    pub(crate) fn tasks(&mut self, person: &Person) {
        let task = match self.much.odd {
            true => format!("Daily #1/é + digest_{}", self.unique()),
            false => format!("Daily digest_{}", self.unique()),
        };
        let mut logs = Vec::new();
        let mut kept = serde_json::Map::new();
        for stand in self.stands(person) {
            let execution = format!("execution-{}", self.unique());
            let archive = |id: &str| format!("scheduledTaskLogs/{id}/{task}/{execution}.json");
            let details = format!("{}/{task}/logs/{execution}.json", person.old);
            let at = At {
                legacy: (LOGS, details.clone()),
                old: (CONSOLIDATION, archive(&person.old)),
                new: (CONSOLIDATION, archive(&person.new)),
            };
            // Where an entry names an object, that is what is read: of those that name one, no other
            // content stands anywhere.
            let stand = if stand == Stand::Newer { Stand::Old } else { stand };
            self.spread(stand, &at, |unique| Body::json(json!({"result": [unique]})));
            let mut log = json!({"executionId": execution, "executedAt": "2025-03-05T10:00:00",
                "status": "success"});
            if !matches!(stand, Stand::Old | Stand::Behind | Stand::OldDiffers) {
                log["detailsKey"] = json!(details);
            }
            logs.push(log);
        }
        for n in 0..2 {
            let execution = format!("execution-{}", self.unique());
            let mut log = json!({"executionId": execution, "status": "success"});
            if n == 0 {
                kept.insert(execution, json!({"result": [self.unique()]}));
            } else {
                // Its object is lost.
                log["detailsKey"] = json!(format!("{}/{task}/logs/{execution}.json", person.old));
            }
            logs.push(log);
        }
        let row = json!({"user": person.old, "taskId": task, "logs": Value::Array(logs)});
        self.row(T_TASKS, row);
        let (user, unique) = (stored(&person.old), self.unique());
        self.row(
            T_STORAGE,
            json!({"PK": format!("{user}#amplify-agent-logs#scheduled-task-logs"),
            "SK": task, "UUID": unique, "appId": format!("{user}#amplify-agent-logs"),
            "entityType": "scheduled-task-logs", "itemId": task, "createdAt": 1741170000,
            "data": {"taskId": task, "user": person.old, "logs": kept}}),
        );
        // Of a task that is gone, and of nobody's making.
        let unique = self.unique();
        self.text(
            (LOGS, format!("{}/Old task_{unique}/logs/execution-9.json", person.old)),
            &unique,
        );
        if self.much.odd {
            self.text((LOGS, format!("{}/{unique}.txt", person.old)), "no log");
        }
    }
}
