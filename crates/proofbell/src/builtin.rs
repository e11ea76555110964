//! The notifiers that this program was built with.

use proofbell_email::Smtp;
use proofbell_line::Line;
use proofbell_notify::Registry;
use proofbell_slack::Slack;
    Registry::new().with::<Smtp>().with::<Slack>().with::<Line>().with::<Twilio>().with::<Vonage>().with::<SmsHttp>().with::<Webhook>()
}
