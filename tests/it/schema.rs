//! The published contract: what is committed is what is served, every element is described, and the rules of `docs/api.md` hold.

use std::fs;

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition},
    },
};
use live_gateway::api;
use serde_json::{Value, json};
use testing::Database;

use crate::support::world::World;

fn types() -> Vec<TypeDefinition> {
    let document = parse_schema(api::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types.collect()
}

/// Every element of the schema as `Type.field(argument:)`, with its description.
fn elements() -> Vec<(String, Option<String>)> {
    types().iter().flat_map(elements_of).collect()
}

fn elements_of(definition: &TypeDefinition) -> Vec<(String, Option<String>)> {
    let name = definition.name.node.to_string();
    let mut found = vec![(name.clone(), described(definition.description.as_ref()))];
    for field in fields(definition) {
        let field_name = format!("{name}.{}", field.name.node);
        found.push((field_name.clone(), described(field.description.as_ref())));
        let arguments = field.arguments.iter().map(|argument| &argument.node);
        found.extend(arguments.map(|argument| {
            (format!("{field_name}({}:)", argument.name.node), described(argument.description.as_ref()))
        }));
    }
    found.extend(
        inputs(definition)
            .iter()
            .map(|input| (format!("{name}.{}", input.name.node), described(input.description.as_ref()))),
    );
    if let TypeKind::Enum(values) = &definition.kind {
        let values = values.values.iter().map(|value| &value.node);
        found.extend(
            values.map(|value| (format!("{name}.{}", value.value.node), described(value.description.as_ref()))),
        );
    }
    found
}

/// Every field of an object or interface, as `Type.field`.
pub(crate) fn field_paths() -> Vec<String> {
    let of = |definition: TypeDefinition| {
        let name = definition.name.node.to_string();
        fields(&definition).into_iter().map(move |field| format!("{name}.{}", field.name.node))
    };
    types().into_iter().flat_map(of).collect()
}

fn described(description: Option<&Positioned<String>>) -> Option<String> {
    description.map(|description| description.node.trim().to_owned()).filter(|text| !text.is_empty())
}

fn fields(definition: &TypeDefinition) -> Vec<FieldDefinition> {
    let fields = match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => return Vec::new(),
    };
    fields.iter().map(|field| field.node.clone()).collect()
}

fn inputs(definition: &TypeDefinition) -> Vec<InputValueDefinition> {
    match &definition.kind {
        TypeKind::InputObject(input) => input.fields.iter().map(|field| field.node.clone()).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn what_is_committed_is_what_is_served() {
    let committed = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    assert_eq!(committed, api::sdl(), "write it anew: just schema");
}

#[test]
fn every_element_is_described() {
    let silent: Vec<String> =
        elements().into_iter().filter(|(_, text)| text.is_none()).map(|(element, _)| element).collect();
    assert_eq!(silent, [] as [&str; 0]);
    let unfinished = elements().into_iter().filter(|(_, text)| text.as_ref().is_some_and(|text| text.contains("TODO")));
    assert_eq!(unfinished.count(), 0);
}

#[test]
fn lists_that_can_grow_are_connections() {
    // Bounded by their arguments or by what they hold; their descriptions say so.
    let bounded = [
        "Query.nodes",
        "Viewer.memberships",
        "RemoteSessionPage.nodes",
        "EndedSessionPage.nodes",
        "LiveProductPage.nodes",
        "ItemPromotionPage.nodes",
        "PromotionItemPage.nodes",
        "StreamerList.nodes",
        "PromotionPage.nodes",
        "CampaignExpenseToday.campaigns",
        "LiveSession.metricHistory",
        "StudioLive.changes",
        "LiveTrends.trends",
        "LiveTrend.points",
        "AudienceProfile.breakdowns",
        "AudienceBreakdown.groups",
        "ViewerSource.groups",
        "Query.liveAnalytics",
        "LiveFigures.byCurrency",
        "FiguresChange.byCurrency",
        "AnalyticsSummary.series",
        "AnalyticsSummary.topProducts",
        "AnalyticsSummary.topStreamers",
        "SyncLiveSessionPayload.changedFields",
        "SyncJob.errors",
        "CampaignRuleDryRun.pauses",
        "CampaignRuleDryRun.byCurrency",
    ];
    for definition in types() {
        let name = &definition.name.node;
        for field in fields(&definition) {
            let (path, kind) = (format!("{name}.{}", field.name.node), field.ty.node.to_string());
            // As long as the input has fields.
            let of_a_form = field.name.node == "userErrors";
            let of_a_page = name.ends_with("Connection") || of_a_form;
            assert!(!kind.starts_with('[') || of_a_page || bounded.contains(&path.as_str()), "{path}: {kind}");
            if kind.trim_end_matches('!').ends_with("Connection") {
                let arguments: Vec<String> =
                    field.arguments.iter().map(|argument| argument.node.name.node.to_string()).collect();
                for argument in ["first", "after", "last", "before"] {
                    assert!(arguments.iter().any(|name| name == argument), "{path} lacks `{argument}`");
                }
            }
        }
    }
}

#[test]
fn names_follow_the_rules() {
    for definition in types() {
        let name = definition.name.node.to_string();
        if let TypeKind::Enum(values) = &definition.kind {
            for value in &values.values {
                let value = value.node.value.node.to_string();
                assert_eq!(value, value.to_uppercase(), "{name}.{value}");
            }
        }
        for field in fields(&definition) {
            let field_name = field.name.node.to_string();
            assert!(field_name.starts_with(char::is_lowercase) && !field_name.contains('_'), "{name}.{field_name}");
            assert!(!field_name.starts_with("get"), "{name}.{field_name}");
            let is_number = ["Int", "Int!", "Long", "Long!"].contains(&field.ty.node.to_string().as_str());
            assert!(!(field_name.ends_with("Id") && is_number), "{name}.{field_name} is an id as a number");
        }
    }
}

/// The library does not apply an argument's default to a variable that the client leaves out, but fails.
#[test]
fn no_argument_has_a_default() {
    for definition in types() {
        for field in fields(&definition) {
            let with_default = field.arguments.iter().find(|argument| argument.node.default_value.is_some());
            assert!(with_default.is_none(), "{}.{}", definition.name.node, field.name.node);
        }
    }
}

/// A mutation that fails is null, so that the others of its operation keep their answers.
#[test]
fn mutations_have_one_input_and_a_payload_of_their_own() {
    let types = types();
    let mutations = types.iter().find(|definition| definition.name.node == "Mutation").unwrap();
    for mutation in fields(mutations) {
        let name = mutation.name.node.to_string();
        let title = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        assert_eq!(mutation.ty.node.to_string(), format!("{title}Payload"));
        let arguments: Vec<String> =
            mutation.arguments.iter().map(|argument| argument.node.ty.node.to_string()).collect();
        assert!(arguments.is_empty() || arguments == [format!("{title}Input!")], "{name}({arguments:?})");
        let payload = types.iter().find(|definition| definition.name.node == format!("{title}Payload")).unwrap();
        for field in fields(payload) {
            let (field, kind) = (field.name.node.to_string(), field.ty.node.to_string());
            let expected = field == "userErrors" && kind == "[UserError!]!" || !kind.ends_with('!');
            assert!(expected, "{title}Payload.{field}: {kind}");
        }
    }
}

#[test]
fn what_comes_from_shopee_may_be_null() {
    let fallible = [
        "LiveSession.overview",
        "LiveSession.info",
        "ShopeeAccount.creator",
        "LiveSession.coins",
        "LiveSession.coinReward",
        "ShopeeAccount.itemPromotions",
        "ItemPromotion.items",
        "ShopeeAccount.remoteSessions",
        "ShopeeAccount.ongoingLive",
        "ShopeeAccount.endedSessions",
        "LiveSession.products",
        "LiveSession.trends",
        "LiveSession.viewerProfile",
        "LiveSession.buyerProfile",
        "LiveSession.viewerSource",
        "LiveSession.playUrl",
        "Query.ongoingLive",
        "ShopeeAccount.streamers",
        "ShopeeAccount.promotionsToday",
        "ShopeeAccount.campaignExpenseToday",
        "ShopeeAccount.ads",
        "CampaignExpenseToday.campaigns",
        "Promotion.settings",
        "Promotion.today",
        "Promotion.budgetLimits",
        "Promotion.judgement",
        "Query.promotion",
    ];
    let types = types();
    let all = types.iter().flat_map(|definition| {
        let name = definition.name.node.to_string();
        fields(definition)
            .into_iter()
            .map(move |field| (format!("{name}.{}", field.name.node), field.ty.node.to_string()))
    });
    let found: Vec<_> = all.filter(|(path, _)| fallible.contains(&path.as_str())).collect();
    assert_eq!(found.len(), fallible.len());
    assert!(found.iter().all(|(_, kind)| !kind.ends_with('!')), "{found:?}");
}

#[tokio::test]
async fn the_examples_of_graphiql_run() {
    testing::on_sqlite(async |database: Database| {
        let world = World::start(&database).await;
        let known = json!({ "sessionId": world.on_air().session_id.to_string(), "studioId": world.studio_id().await });
        assert!(web::examples().len() >= 3);
        for (name, operation) in web::examples() {
            let variables = variables_of(name, &known);
            match operation.contains("subscription ") {
                true => world.subscribe_with(operation, variables).await.data().await,
                false => world.data(operation, variables).await,
            };
        }
        world.stop().await;
    })
    .await;
}

/// An example's variables, with what the page fills in where they are empty.
fn variables_of(name: &str, known: &Value) -> Value {
    let mut variables: Value = serde_json::from_str(web::example_variables(name).unwrap_or("{}")).unwrap();
    for (name, value) in variables.as_object_mut().unwrap().iter_mut().filter(|(_, value)| *value == "") {
        *value = known[name].clone();
    }
    variables
}
