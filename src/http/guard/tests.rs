use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use async_graphql::{
    EmptyMutation, EmptySubscription, Object, Schema, Value,
    parser::types::{Selection, SelectionSet},
};
use proptest::prelude::*;

use super::{weight::Fragments, *};

/// The stack of a tokio worker.
const STACK: usize = 2 * 1024 * 1024;

struct Query;

#[Object]
impl Query {
    async fn me(&self) -> Self {
        Self
    }

    async fn echo(&self, value: Option<async_graphql::Json<Value>>) -> bool {
        value.is_some()
    }
}

fn refused(document: &str) -> Option<Refusal> {
    parse(&mut Request::new(document), &Variables::default(), &DocumentLimits::default()).err()
}

fn code(document: &str) -> &'static str {
    refused(document).map_or("passed", |refusal| refusal.code)
}

fn fragment_bomb(levels: usize, leaf: &str) -> String {
    let mut document = String::from("{...F0}");
    for level in 0..levels {
        let next = level + 1;
        write!(document, "fragment F{level} on Query{{...F{next} ...F{next}}}").unwrap();
    }
    write!(document, "fragment F{levels} on Query{{{leaf}}}").unwrap();
    document
}

/// `me` within `me`, so that the innermost field is at this depth.
fn deep(depth: usize) -> String {
    format!("{}__typename{}", "{me".repeat(depth - 1) + "{", "}".repeat(depth))
}

#[test]
fn both_bombs_are_refused_in_under_five_milliseconds() {
    let lists = format!("{{echo(value:{}{})}}", "[".repeat(3000), "]".repeat(3000));
    for (document, expected) in [(lists, TOO_DEEP), (fragment_bomb(20, "__typename"), TOO_LARGE)] {
        assert!(document.len() < 7_000);
        // The best of three: a busy machine is not what is measured.
        let best = (0..3).map(|_| {
            let begun = Instant::now();
            assert_eq!(code(&document), expected);
            begun.elapsed()
        });
        assert!(best.min().unwrap() < Duration::from_millis(5));
    }
}

#[test]
fn bombs_in_every_disguise_are_refused() {
    for (document, expected) in [
        (format!("{{echo(value:{}", "{a:".repeat(3000)), TOO_DEEP),
        (format!("query($a:{}Int", "[".repeat(3000)), TOO_DEEP),
        (format!("query($a:Int={}", "[".repeat(3000)), TOO_DEEP),
        ("{me".repeat(3000), TOO_DEEP),
        (format!("{{{}", "...{".repeat(3000)), TOO_DEEP),
        // Hidden behind what only looks like a block string.
        (format!("{{echo(value:\"\"\"a\" {}", "[".repeat(3000)), "GRAPHQL_PARSE_FAILED"),
        (format!("{{echo(value:\"a\n{}", "[".repeat(3000)), "GRAPHQL_PARSE_FAILED"),
        // A leaf that is no field.
        (fragment_bomb(16, "...Unknown"), TOO_LARGE),
        (fragment_bomb(16, "...{...{__typename}}"), TOO_LARGE),
        // Behind a fragment that nothing spreads.
        (fragment_bomb(16, "__typename").replace("{...F0}", "{__typename}"), TOO_LARGE),
        ("{...A} fragment A on Query{...A}".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("{me{...A}} fragment A on Query{...B} fragment B on Query{me{...A}}".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("{__typename} fragment A on Query{...A ...B} fragment B on Query{me}".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        (format!("{{{}}}", "a".repeat(900_000)), TOO_LARGE),
        (format!("{{{}}}", "a ".repeat(15_000)), TOO_LARGE),
    ] {
        assert_eq!(code(&document), expected, "{}", &document[..60.min(document.len())]);
    }
}

#[test]
fn a_long_chain_of_fragments_does_not_reach_the_executor() {
    let links: String = (0..1_400).map(|link| format!("fragment F{link} on Query{{...F{}}}", link + 1)).collect();
    assert_eq!(code(&format!("{{...F0}}{links}fragment F1400 on Query{{me}}")), TOO_DEEP);
}

#[test]
fn each_limit_holds_to_the_last_and_is_named_with_its_value() {
    let fields = |count: usize, one: &str| format!("{{{}}}", format!("{one} ").repeat(count));
    let spread =
        |count: usize, content: &str| format!("{{me{{{}}}}} fragment F on Query{{{content}}}", "...F ".repeat(count));
    for (within, beyond, expected, limit) in [
        (fields(20, "me"), fields(21, "me"), TOO_MANY_ROOT_FIELDS, 20),
        (spread(15, "a:me b:me"), spread(16, "a:me b:me"), TOO_MANY_ALIASES, 30),
        (spread(25, "a@x@y"), spread(26, "a@x@y"), TOO_MANY_DIRECTIVES, 50),
        (deep(15), deep(16), TOO_DEEP, 15),
        (spread(666, "a b"), spread(667, "a b"), TOO_LARGE, 2000),
        (
            format!("{{{}me{}}}", "...{".repeat(30), "}".repeat(30)),
            format!("{{{}me{}}}", "...{".repeat(31), "}".repeat(31)),
            TOO_DEEP,
            30,
        ),
        (
            "{__schema{types{fields{name}}}}".to_owned(),
            "{__schema{types{fields{type{fields{name}}}}}}".to_owned(),
            TOO_DEEP,
            2,
        ),
    ] {
        assert_eq!(code(&within), "passed", "{:?}", refused(&within));
        let refusal = refused(&beyond).expect("it is beyond the limit");
        assert_eq!(refusal.code, expected, "{}", refusal.message);
        assert!(refusal.message.contains(&format!("limit of {limit}")), "{}", refusal.message);
    }
}

#[test]
fn a_value_counts_wherever_it_stands() {
    let (long, longer) = ("x".repeat(99_000), "x".repeat(101_000));
    let sent = |value: &str| Variables::from_value(async_graphql::value!({ "v": { "a": [value] } }));
    let code = |document: &str, sent: &Variables| {
        let refusal = parse(&mut Request::new(document), sent, &DocumentLimits::default()).err();
        refusal.map_or("passed", |refusal| refusal.code)
    };
    let uses = "echo(value: [$v]) ".repeat(10);
    for (within, beyond) in [(sent(&long), sent(&longer)), (Variables::default(), sent(&longer))] {
        let used = format!("query($v: JSON = 1) {{ me {{ {uses} }} }}");
        assert_eq!((code(&used, &within), code(&used, &beyond)), ("passed", TOO_LARGE));
    }
    let spread = |text: &str| {
        let spreads = "...F ".repeat(10);
        format!("{{ me {{ {spreads} }} }} fragment F on Query {{ echo(value: {{ a: \"{text}\" }}) }}")
    };
    assert_eq!(code(&spread(&long), &Variables::default()), "passed");
    assert_eq!(code(&spread(&longer), &Variables::default()), TOO_LARGE);
    let default = |text: &str| format!("query($v: JSON = \"{text}\") {{ me {{ {uses} }} }}");
    assert_eq!(code(&default(&long), &Variables::default()), "passed");
    assert_eq!(code(&default(&longer), &Variables::default()), TOO_LARGE);
}

#[test]
fn a_subscription_has_one_root_field() {
    assert_eq!(code("subscription{a}"), "passed");
    assert_eq!(code("subscription{a b}"), "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(code("subscription{...F} fragment F on Subscription{a b}"), "GRAPHQL_VALIDATION_FAILED");
}

#[test]
fn the_standard_introspection_query_passes() {
    let nested = "ofType{kind name ".repeat(9) + &"}".repeat(9);
    let document = format!(
        "query IntrospectionQuery{{__schema{{description queryType{{name kind}} mutationType{{name kind}}
         subscriptionType{{name kind}} types{{...FullType}}
         directives{{name description isRepeatable locations args(includeDeprecated:true){{...InputValue}}}}}}}}
         fragment FullType on __Type{{kind name description specifiedByURL isOneOf
           fields(includeDeprecated:true){{name description args(includeDeprecated:true){{...InputValue}}
             type{{...TypeRef}} isDeprecated deprecationReason}}
           inputFields(includeDeprecated:true){{...InputValue}} interfaces{{...TypeRef}}
           enumValues(includeDeprecated:true){{name description isDeprecated deprecationReason}}
           possibleTypes{{...TypeRef}}}}
         fragment InputValue on __InputValue{{name description type{{...TypeRef}} defaultValue isDeprecated deprecationReason}}
         fragment TypeRef on __Type{{kind name {nested}}}"
    );
    assert_eq!(code(&document), "passed", "{:?}", refused(&document));
}

/// Documents with as many open brackets as are allowed, one for each way the parser can recurse.
fn deepest_documents() -> Vec<String> {
    let nest = |before: &str, open: &str, middle: &str, close: &str, after: &str, levels: usize| {
        format!("{before}{}{middle}{}{after}", open.repeat(levels), close.repeat(levels))
    };
    vec![
        nest("{echo(value:", "[", "1", "]", ")}", 58),
        nest("{echo(value:", "{a:", "1", "}", ")}", 58),
        nest("{echo(value:", "[{a:", "1", "}]", ")}", 29),
        nest("query($v:", "[", "Int", "]", "){me{__typename}}", 59),
        nest("query($v:Int=", "[", "1", "]", "){me{__typename}}", 59),
        nest("", "{me", "{__typename}", "}", "", 59),
        nest("{", "...on Query{", "__typename", "}", "}", 59),
        nest("{", "...{", "__typename", "}", "}", 59),
        nest("{", "...@include(if:true){", "__typename", "}", "}", 59),
        nest("", "{me@skip(if:[[[[[[[[[[1]]]]]]]]]])", "{__typename}", "}", "", 48),
    ]
}

#[test]
fn the_deepest_documents_fit_the_stack_of_a_worker() {
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(|| {
        let unlimited = DocumentLimits { depth: 99, nesting: 99, directives: 99, ..DocumentLimits::default() };
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for document in deepest_documents() {
            let mut request = Request::new(&document);
            let parsed = parse(&mut request, &Variables::default(), &unlimited).map(drop);
            let recursive = parsed.as_ref().is_err_and(|refusal| refusal.message.contains("recursion"));
            assert!(parsed.is_ok() || recursive, "{document:.60}: {parsed:?}");
            // Whatever the executor says: it comes back.
            drop(runtime.block_on(schema.execute(request)));
        }
    });
    worker.unwrap().join().unwrap();
}

#[test]
fn the_deepest_variables_fit_the_stack_of_a_worker() {
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(|| {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        // The decoder stops at 128 levels, two of which are around the value.
        let nested = format!(
            r#"{{"query":"query($v:JSON){{echo(value:$v)}}","variables":{{"v":{}1{}}}}}"#,
            "[".repeat(125),
            "]".repeat(125)
        );
        let request: Request = serde_json::from_str(&nested).unwrap();
        assert!(runtime.block_on(schema.execute(request)).is_ok());
    });
    worker.unwrap().join().unwrap();
}

/// The costliest documents that pass: validation must not make up for what the guard saves.
#[test]
fn what_passes_is_cheap_to_validate() {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let name = "m".repeat(200);
    let variables: String = (0..1_800).map(|number| format!("$v{number}:Int ")).collect();
    for document in [
        format!("{{me{{{}}}}}", "me{__typename}".repeat(990)),
        format!("{{me{{{}}}}}", format!("{name} ").repeat(1_990)),
        format!("{{echo(value:[{}])}}", "1 ".repeat(14_900)),
        format!("query({variables}){{me{{__typename}}}}"),
        format!("{{me{{{}}}}} fragment F on Query{{a b c d e f g h}}", "...F ".repeat(200)),
        (0..1_600).map(|number| format!("fragment F{number} on Query{{me}}")).collect::<String>() + "{me{__typename}}",
        format!("{{me{{__typename}}{}}}", " ,".repeat(480_000)),
        format!("#{}\n{{me{{__typename}}}}", "[".repeat(950_000)),
        format!("{{echo(value:\"{}\")}}", "\\n".repeat(450_000)),
    ] {
        let begun = Instant::now();
        let mut request = Request::new(&document);
        let parsed = parse(&mut request, &Variables::default(), &DocumentLimits::default()).map(drop);
        assert!(parsed.is_ok(), "{parsed:?}");
        drop(runtime.block_on(schema.execute(request)));
        // Without optimisation, on a busy machine; the unguarded bombs take minutes.
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}: {}", begun.elapsed(), &document[..60]);
    }
}

/// The number of fields and fragments with every fragment written out: the truth, found the slow way.
fn written_out(set: &SelectionSet, document: &ExecutableDocument) -> u32 {
    let one = |selection: &Selection| match selection {
        Selection::Field(field) => written_out(&field.node.selection_set.node, document),
        Selection::InlineFragment(fragment) => written_out(&fragment.node.selection_set.node, document),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .map_or(0, |fragment| written_out(&fragment.node.selection_set.node, document)),
    };
    set.items.iter().map(|selection| 1 + one(&selection.node)).sum()
}

fn deepest(set: &SelectionSet, document: &ExecutableDocument) -> u32 {
    let one = |selection: &Selection| match selection {
        Selection::Field(field) => 1 + deepest(&field.node.selection_set.node, document),
        Selection::InlineFragment(fragment) => deepest(&fragment.node.selection_set.node, document),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .map_or(0, |fragment| deepest(&fragment.node.selection_set.node, document)),
    };
    set.items.iter().map(|selection| one(&selection.node)).max().unwrap_or(0)
}

/// A selection set that spreads only fragments with a number of at least `from`, so that there are no circles.
fn selection_set(from: usize) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("me".to_owned()),
        Just("a: me @include(if: true)".to_owned()),
        Just(r#"echo(value: ["{", """[" ]""", {a: "}"}]) # {"#.to_owned() + "\n"),
        (from..from + 3).prop_map(|number| format!("...F{number}")),
    ];
    let nested = leaf.prop_recursive(3, 12, 3, |inner| {
        let inner = prop::collection::vec(inner, 1..4).prop_map(|items| items.join(" "));
        prop_oneof![
            inner.clone().prop_map(|items| format!("me {{{items}}}")),
            inner.prop_map(|items| format!("... on Query {{{items}}}")),
        ]
    });
    prop::collection::vec(nested, 1..4).prop_map(|items| format!("{{{}}}", items.join(" ")))
}

fn document() -> impl Strategy<Value = String> {
    let operations = prop::collection::vec(selection_set(0), 1..3);
    let fragments = (selection_set(1), selection_set(2), selection_set(3), selection_set(4));
    (operations, fragments).prop_map(|(operations, (f0, f1, f2, f3))| {
        let operations = operations.iter().enumerate().map(|(number, set)| format!("query Q{number} {set}"));
        let fragments = [f0, f1, f2, f3];
        let fragments = fragments.iter().enumerate().map(|(number, set)| format!("fragment F{number} on Query {set}"));
        operations.chain(fragments).collect::<Vec<_>>().join("\n")
    })
}

proptest! {
    #[test]
    fn a_document_weighs_what_it_is_written_out(text in document()) {
        let mut request = Request::new(&text);
        let document = request.parsed_query().unwrap();
        let variables = Variables::default();
        let fragments = Fragments::weigh(document, &variables).unwrap();
        for (_, operation) in document.operations.iter() {
            let weight = fragments.operation(operation);
            let set = &operation.node.selection_set.node;
            prop_assert_eq!(weight.selections, written_out(set, document));
            prop_assert_eq!(weight.depth, deepest(set, document));
        }
    }

    #[test]
    fn what_the_parser_takes_the_guard_can_read(text in document()) {
        let unlimited = DocumentLimits { aliases: 9999, directives: 9999, selections: 999_999, root_fields: 9999, ..DocumentLimits::default() };
        let refusal = parse(&mut Request::new(&text), &Variables::default(), &unlimited).err();
        prop_assert!(refusal.as_ref().is_none_or(|refusal| refusal.code == TOO_DEEP), "{refusal:?}");
    }

    #[test]
    fn no_text_is_too_strange_to_be_refused(text in r#"([{}()\[\]"\\#.,:$@!|=&a1 \n]|"""|\.\.\.|fragment F on Q|query|é){0,200}"#) {
        drop(parse(&mut Request::new(&text), &Variables::default(), &DocumentLimits::default()));
    }
}
