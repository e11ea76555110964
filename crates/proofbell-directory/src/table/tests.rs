use super::*;

fn parse(content: &str) -> Table {
    Table::parse(content.as_bytes().to_vec(), "reference_id").unwrap()
}

fn refusal(content: &[u8]) -> String {
    Table::parse(content.to_vec(), "reference_id").err().unwrap().to_string()
}

fn names(table: &Table, id: &str) -> Vec<String> {
    table.members(id).map(|member| member.name.unwrap_or_default()).collect()
}

#[test]
fn rows_are_found_by_their_key() {
    let table = parse(concat!(
        "name,reference_id,Email,Mention,tier\n",
        "Ann,A,ann@example.com,U012AB3CD,gold\n",
        "\n",
        "\"Bob, \"\"the\n2nd\"\"\",B,,,\n",
        "Nobody,,,,\n",
        "Abe, A ,abe@example.com,,\n",
    ));
    assert_eq!(names(&table, "A"), ["Ann", "Abe"]);
    assert_eq!(names(&table, " A "), ["Ann", "Abe"]);
    assert_eq!(names(&table, "B"), ["Bob, \"the\n2nd\""]);
    assert_eq!(names(&table, "a"), [""; 0]);
    assert_eq!(names(&table, ""), [""; 0]);
    assert_eq!(table.row_count(), 4);
    let ann = table.members("A").next().unwrap();
    assert_eq!(ann.email.as_deref(), Some("ann@example.com"));
    assert_eq!(ann.mention.as_deref(), Some("U012AB3CD"));
    assert_eq!(ann.extra["tier"], "gold");
}

#[test]
fn byte_order_mark_and_crlf_are_tolerated() {
    let table = parse("\u{feff}reference_id,name\r\nA,Ann\r\nB,Bob\r\n");
    assert_eq!(names(&table, "A"), ["Ann"]);
    assert_eq!(names(&table, "B"), ["Bob"]);
    assert!(table.is_of("\u{feff}reference_id,name\r\nA,Ann\r\nB,Bob\r\n".as_bytes()));
    assert!(!table.is_of(b"reference_id,name\r\n"));
}

#[test]
fn a_row_with_a_wrong_number_of_cells_costs_that_row() {
    let table = parse("reference_id,name\r\nA\r\nB,Bob\r\n\r\n\"C\r\nc\",Cy\r\nD,Dan,more\r\nE,Eve\r\n");
    assert_eq!(table.skipped(), [2, 7]);
    assert_eq!(names(&table, "A"), [""; 0]);
    assert_eq!(names(&table, "D"), [""; 0]);
    assert_eq!(names(&table, "E"), ["Eve"]);
    assert!(!table.is_torn());
}

#[test]
fn an_end_in_the_middle_of_a_row_is_noticed() {
    let table = [
        ("reference_id,name\nA,Ann\nB", true),
        ("reference_id,name\nA,Ann\n\"B", true),
        ("reference_id,name\nA,Ann\nB\n", false),
        ("reference_id,name\nA,Ann\nB,Bo", false),
        ("reference_id,name\n", false),
    ];
    for (content, torn) in table {
        assert_eq!(parse(content).is_torn(), torn, "{content:?}");
    }
}

#[test]
fn huge_cells_are_only_text() {
    let huge = "x".repeat(3 << 20);
    let table = parse(&format!("reference_id,name,note\nA,Ann,{huge}\nB,Bob,\n"));
    assert_eq!(table.members("A").next().unwrap().extra["note"].len(), 3 << 20);
    assert_eq!(names(&table, "B"), ["Bob"]);
}

#[test]
fn a_hundred_thousand_rows_are_indexed() {
    let rows: String = (0..100_000).map(|n| format!("ITEM-{n},Seller {n},s{n}@example.com\n")).collect();
    let table = parse(&format!("reference_id,name,email\n{rows}"));
    assert_eq!(table.row_count(), 100_000);
    assert_eq!(names(&table, "ITEM-99999"), ["Seller 99999"]);
}

#[test]
fn refusals_name_the_cure_and_show_no_data() {
    let shift_jis = b"reference_id,name\nA,Ann\nB,\x89\xd4\x8e\x71\n";
    let table: [(&[u8], &str); 6] = [
        (
            b"",
            "the first line has no column `reference_id` among its 0 columns; it must name the columns, separated by commas",
        ),
        (
            b"A,ann@example.com\n",
            "the first line has no column `reference_id` among its 2 columns; it must name the columns, separated by commas",
        ),
        (
            b"reference_id;name\nA;Ann\n",
            "the first line has no column `reference_id` among its 1 columns; it must name the columns, separated by commas",
        ),
        (b"reference_id,Reference_ID\n", "the header line has the column `reference_id` twice"),
        (b"reference_id,email,E-Mail,Email\n", "the header line has the column `email` twice"),
        (shift_jis, "line 3 is not UTF-8; save the file as \"CSV UTF-8\""),
    ];
    for (content, expected) in table {
        assert_eq!(refusal(content), expected);
    }
}

#[test]
fn any_column_can_be_the_key() {
    let table = Table::parse(b"sr_uuid,item\nU,7\n".to_vec(), "item").unwrap();
    assert_eq!(table.members("7").next().unwrap().extra["sr_uuid"], "U");
}
