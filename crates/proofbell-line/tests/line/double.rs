//! LINE's end of the line.

use proofbell_notify::testkit::{Dialogue, HttpAnswer, HttpRequest, Reply};
use serde_json::json;

/// What LINE answers, by what it is asked. By default everything is well.
#[derive(Clone)]
pub(crate) struct LineAnswers {
    pub(crate) push: HttpAnswer,
    pub(crate) profile: HttpAnswer,
    pub(crate) info: HttpAnswer,
    pub(crate) quota: HttpAnswer,
    pub(crate) consumption: HttpAnswer,
}

impl Default for LineAnswers {
    fn default() -> LineAnswers {
        let sent = json!({ "sentMessages": [{ "id": "461230966842064897", "quoteToken": "IStG5h1Tz7b" }] });
        let info = json!({ "userId": "U1", "basicId": "@216ru", "displayName": "Maison", "chatMode": "bot" });
        LineAnswers {
            push: HttpAnswer::json(200, &sent),
            profile: HttpAnswer::json(200, &json!({ "displayName": "Hanako", "userId": crate::PERSON })),
            info: HttpAnswer::json(200, &info),
            quota: HttpAnswer::json(200, &json!({ "type": "limited", "value": 1_000 })),
            consumption: HttpAnswer::json(200, &json!({ "totalUsage": 500 })),
        }
    }
}

impl LineAnswers {
    pub(crate) fn to_push(push: HttpAnswer) -> LineAnswers {
        LineAnswers { push, ..LineAnswers::default() }
    }

    pub(crate) fn to_profile(profile: HttpAnswer) -> LineAnswers {
        LineAnswers { profile, ..LineAnswers::default() }
    }
}

fn request(unit: &[u8]) -> HttpRequest {
    HttpRequest::parse(unit).expect("a unit is a whole request")
}

impl Dialogue for LineAnswers {
    fn unit(&self, heard: &[u8], before: &[Vec<u8>]) -> Option<usize> {
        self.push.unit(heard, before)
    }

    fn hands_over(&self, unit: &[u8]) -> bool {
        request(unit).method == "POST"
    }

    fn reply(&self, unit: &[u8]) -> Reply {
        let asked = request(unit);
        let answer = match (asked.method.as_str(), asked.path.as_str()) {
            ("POST", "/v2/bot/message/push") => &self.push,
            ("GET", "/v2/bot/info") => &self.info,
            ("GET", "/v2/bot/message/quota") => &self.quota,
            ("GET", "/v2/bot/message/quota/consumption") => &self.consumption,
            ("GET", path) if path.starts_with("/v2/bot/profile/") => &self.profile,
            _ => &HttpAnswer::new(405, "not asked like this"),
        };
        answer.reply(unit)
    }
}
