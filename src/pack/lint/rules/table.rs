//! The table of rules.

use super::{Rule, RuleFamily};

/// All rules, in the order in which a pack is checked.
pub static RULES: &[Rule] = &[
    Rule::error(RuleFamily::Files, "not-a-pack", "a folder without any file of a pack")
        .because(
            "A pack is a folder with at least one of `datapackage.json`, `entities.tsv`, `aliases*.tsv` and `overrides.tsv`; this one has none of them, so the path is probably wrong.",
        )
        .rows("my-aliases/\n  notes.txt", "my-aliases/\n  aliases.tsv"),
    Rule::warning(RuleFamily::Files, "no-tables", "a `datapackage.json` and no table")
        .because(
            "The pack describes itself but holds no table, so it adds nothing to the stack.",
        )
        .rows("my-aliases/\n  datapackage.json", "my-aliases/\n  aliases.tsv\n  datapackage.json"),
    Rule::warning(RuleFamily::Files, "unknown-file", "a file whose name looks like a misspelt table")
        .because(
            "Only tables with the right names are read. A file that is nearly called so is ignored, and its names are not found: rename it.",
        )
        .rows("my-aliases/alias.tsv", "my-aliases/aliases.tsv"),
    Rule::error(RuleFamily::Files, "too-many-files", "more than 65,536 tables")
        .because(
            "Places in a pack are kept with a number of two bytes for the table. Join some of the tables.",
        )
        .rows("aliases-1.tsv … aliases-70000.tsv", "aliases-ar.tsv\naliases-en.tsv"),
    Rule::error(RuleFamily::Files, "not-utf8", "bytes that are not UTF-8")
        .because(
            "Every table is UTF-8. An older encoding such as Windows-1256, or UTF-16, would read as other letters. Save the file as UTF-8; Excel calls that \"CSV UTF-8\".",
        )
        .rows("Q212\t\\xc7\\xe6\\xdf", "Q212\tأوكرانيا"),
    Rule::error(RuleFamily::Files, "no-header", "an empty table")
        .because(
            "The first row names the columns, so that they may stand in any order. Write it, or remove the file.",
        )
        .rows("", "id\talias\tlang\tkind"),
    Rule::error(RuleFamily::Files, "missing-column", "a header without a required column")
        .because(
            "Without this column no row says what it is about. Often the separator is the wrong one: a `.tsv` has tabs, a `.csv` commas.",
        )
        .rows("id,alias\nQ212,Ukraine", "id\talias\nQ212\tUkraine"),
    Rule::error(RuleFamily::Files, "duplicate-column", "a column that stands twice in the header")
        .because(
            "Nobody can tell which of the two is meant. Remove one.",
        )
        .rows("id\talias\talias", "id\talias\tlang"),
    Rule::warning(RuleFamily::Files, "unknown-column", "a column that is not known")
        .because(
            "The column is ignored. That is fine for a column of your own; a misspelt one loses what it holds.",
        )
        .rows("id\talias\tlanguage", "id\talias\tlang"),
    Rule::error(RuleFamily::Files, "too-few-fields", "a row shorter than the header")
        .because(
            "Each cell has its place, also an empty one: write a tab (a comma in a `.csv`) for every cell. A row that is cut off may have lost more than its end.",
        )
        .rows("id\talias\tlang\nQ212\tUkraine", "id\talias\tlang\nQ212\tUkraine\t"),
    Rule::error(RuleFamily::Files, "too-many-fields", "a row longer than the header")
        .fixable()
        .because(
            "What stands in the further cells belongs to no column; a tab (a comma in a `.csv`) within a cell has probably cut it in two. Further cells that are empty are a warning only.",
        )
        .rows("id\talias\nQ212\tUkraine\ten", "id\talias\tlang\nQ212\tUkraine\ten"),
    Rule::error(RuleFamily::Files, "unclosed-quote", "a double quote of a `.csv` that is never closed")
        .because(
            "All that follows is read as one cell. Close it; a double quote within a quoted cell is written twice.",
        )
        .rows("Q212,\"Ukraine", "Q212,\"Ukraine\""),
    Rule::error(RuleFamily::Files, "row-too-long", "a row of more than 16 MiB")
        .because(
            "Such a row is the sign of a missing line end, and what follows is not read. End every row with a line end.",
        )
        .rows("Q212\tUkraine Q213\tCzechia …", "Q212\tUkraine\nQ213\tCzechia"),
    Rule::error(RuleFamily::Files, "not-compilable", "a pack with more rows than a segment can number")
        .because(
            "Entities and aliases are numbered with 32 bits. Split the pack in two; that changes no answer.",
        )
        .rows("5,000,000,000 rows", "two packs of half the rows"),
    Rule::warning(RuleFamily::Files, "more-findings", "findings that were left out")
        .because(
            "So many findings are shown a pack, of each rule as many as there is room for. The help tells how many of which rule are left out; `--limit` shows more.",
        )
        .rows("", ""),
    Rule::warning(RuleFamily::Package, "no-datapackage", "a pack without `datapackage.json`")
        .because(
            "Without it nobody knows the licence and the source of the names, and the pack is called like its folder.",
        )
        .rows("my-aliases/\n  aliases.tsv", "my-aliases/\n  aliases.tsv\n  datapackage.json"),
    Rule::error(RuleFamily::Package, "invalid-json", "a `datapackage.json` that is no JSON")
        .because(
            "Look for a missing or superfluous comma, quote or bracket.",
        )
        .rows("{\"name\": \"mine\",}", "{\"name\": \"mine\"}"),
    Rule::error(RuleFamily::Package, "invalid-datapackage", "a field that holds something else than the standard says")
        .because(
            "The file is a Frictionless Data Package, which says what each field holds.",
        )
        .rows("{\"licenses\": \"CC0-1.0\"}", "{\"licenses\": [{\"name\": \"CC0-1.0\"}]}"),
    Rule::warning(RuleFamily::Package, "no-package-name", "a package without a name")
        .because(
            "Answers and messages name the pack by which they are decided; without `name` it is that of the folder.",
        )
        .rows("{\"title\": \"Our names\"}", "{\"name\": \"our-names\", \"title\": \"Our names\"}"),
    Rule::warning(RuleFamily::Package, "package-name", "a package name with signs that Frictionless does not allow")
        .because(
            "Other tools will refuse the package. Lower-case letters, digits, `.`, `_`, `-` and `/` are allowed.",
        )
        .rows("{\"name\": \"Our Names\"}", "{\"name\": \"our-names\"}"),
    Rule::warning(RuleFamily::Package, "no-license", "a package without a licence")
        .because(
            "Who gets the pack must know what may be done with it. Give the SPDX identifier of the licence, or the path of its text.",
        )
        .rows("{\"name\": \"mine\"}", "{\"name\": \"mine\", \"licenses\": [{\"name\": \"CC0-1.0\"}]}"),
    Rule::warning(RuleFamily::Package, "missing-resource", "a listed resource that is not in the folder")
        .because(
            "Frictionless tools refuse a package whose `resources` are not there. Remove the entry, or put the file back.",
        )
        .rows("{\"resources\": [{\"path\": \"alias.tsv\"}]}", "{\"resources\": [{\"path\": \"aliases.tsv\"}]}"),
    Rule::warning(RuleFamily::Package, "unknown-rule", "a silenced rule that does not exist or cannot be silenced")
        .because(
            "`lint-allow`, in `datapackage.json` or in a note, lists codes of rules that warn. A code that is none silences nothing, and errors are never silenced.",
        )
        .rows("{\"yaqut\": {\"lint-allow\": [\"ambiguos-alias\"]}}", "{\"yaqut\": {\"lint-allow\": [\"ambiguous-alias\"]}}"),
    Rule::error(RuleFamily::Cells, "missing-value", "a needed cell that is empty")
        .because(
            "The row cannot do what it is there for without this value.",
        )
        .rows("\tUkraine", "Q212\tUkraine"),
    Rule::error(RuleFamily::Cells, "invalid-id", "an ID that cannot be one")
        .because(
            "IDs are tokens: no white space, no control characters, no `|` (which separates the IDs of `same_as`), at most 128 bytes.",
        )
        .rows("Q 212\tUkraine", "Q212\tUkraine"),
    Rule::error(RuleFamily::Cells, "empty-alias", "an alias row without an alias")
        .because(
            "Write the name, or remove the row.",
        )
        .rows("Q212\t", "Q212\tUkraine"),
    Rule::error(RuleFamily::Cells, "alias-too-long", "an alias of more than 512 bytes")
        .because(
            "No query of this length is looked up, so the name would never be found. It is probably a description.",
        )
        .rows("Q212\tUkraine, a country in Eastern Europe that …", "Q212\tUkraine"),
    Rule::error(RuleFamily::Cells, "empty-key", "an alias of which nothing is left to look up")
        .because(
            "Punctuation, marks and invisible signs are folded away. A name needs a letter, a digit or a pictograph.",
        )
        .rows("Q212\t—", "Q212\tUkraine"),
    Rule::error(RuleFamily::Cells, "control-character", "a control character or line end in a name")
        .because(
            "Such signs come from other programs by accident, are seen nowhere, and break tables.",
        )
        .rows("Q212\tUkra\\u{1}ine", "Q212\tUkraine"),
    Rule::warning(RuleFamily::Cells, "white-space", "white space around a cell, or double white space within a name")
        .fixable()
        .because(
            "It is dropped when the pack is loaded; in the file it makes equal rows look different.",
        )
        .rows("Q212\t Ukraine", "Q212\tUkraine"),
    Rule::error(RuleFamily::Cells, "not-nfc", "a name that is not in Unicode NFC")
        .lenient()
        .fixable()
        .because(
            "One letter can be written as one sign or as several (é, e and ´; آ, ا and the madda). The names are loaded in NFC, but tools that compare files see two names where there is one.",
        )
        .rows("Q212\tا\\u{653}سيا", "Q212\tآسيا"),
    Rule::error(RuleFamily::Cells, "bidi-control", "a name with a bidi control")
        .lenient()
        .fixable()
        .because(
            "Signs such as U+200F change the direction of what follows, are not seen, and are copied along with names from the web. They are folded away in look-ups, but shown with the name, where they may reverse what stands beside it.",
        )
        .rows("Q212\tأوكرانيا\\u{200f}", "Q212\tأوكرانيا"),
    Rule::warning(RuleFamily::Cells, "invisible-character", "a name with a sign that nobody sees")
        .fixable()
        .because(
            "A soft hyphen, a zero-width space or a byte order mark within a name was copied along. It is folded away in look-ups, but makes equal names look different to other tools.",
        )
        .rows("Q212\tUk\\u{ad}raine", "Q212\tUkraine"),
    Rule::warning(RuleFamily::Cells, "replacement-character", "a name with U+FFFD")
        .because(
            "A conversion did not know a letter and has put this sign for it. Restore the letter from the source.",
        )
        .rows("Q212\tUkra\\u{fffd}ne", "Q212\tUkraine"),
    Rule::error(RuleFamily::Cells, "invalid-lang", "a language that is no BCP 47 tag")
        .because(
            "Languages are asked for by their tags: `ar`, `en`, `zh-Hant`.",
        )
        .rows("Q212\tأوكرانيا\tarabic", "Q212\tأوكرانيا\tar"),
    Rule::error(RuleFamily::Cells, "unknown-kind", "a kind of alias that is not known")
        .because(
            "The kind weighs the score. It is one of `preferred`, `alternate`, `short`, `abbreviation`, `demonym`, `former`, `misspelling`, `hidden`; empty means `alternate`.",
        )
        .rows("Q212\tUkraine\ten\tprefered", "Q212\tUkraine\ten\tpreferred"),
    Rule::error(RuleFamily::Cells, "unknown-article", "a value of `article` that is not known")
        .because(
            "It is `lexical`, `optional`, `none` or empty.",
        )
        .rows("Q7184\tالناتو\tyes", "Q7184\tالناتو\toptional"),
    Rule::error(RuleFamily::Cells, "unknown-number", "a value of `number` that is not known")
        .because(
            "It is `singular`, `dual`, `plural` or empty.",
        )
        .rows("Q212\tأوكرانيون\tpl", "Q212\tأوكرانيون\tplural"),
    Rule::error(RuleFamily::Cells, "unknown-gender", "a value of `gender` that is not known")
        .because(
            "It is `masculine`, `feminine`, `common` or empty.",
        )
        .rows("Q212\tأوكرانية\tf", "Q212\tأوكرانية\tfeminine"),
    Rule::error(RuleFamily::Cells, "unknown-action", "an action of an override that is not known")
        .because(
            "It is `block`, `redirect`, `remove` or `not_a_name`.",
        )
        .rows("action\tid\talias\nblok\tQ842\tعمان", "action\tid\talias\nblock\tQ842\tعمان"),
    Rule::error(RuleFamily::Cells, "invalid-date", "a time of use that is no date")
        .because(
            "Write `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, years BC with a minus sign.",
        )
        .rows("24.8.1991", "1991-08-24"),
    Rule::error(RuleFamily::Cells, "dates-swapped", "a name whose use ends before it begins")
        .because(
            "`valid_to` lies before `valid_from`: the two are probably swapped.",
        )
        .rows("valid_from\tvalid_to\n1995\t1991", "valid_from\tvalid_to\n1991\t1995"),
    Rule::error(RuleFamily::Cells, "invalid-type", "a type that is no lower-case word")
        .because(
            "Types are words of lower-case letters, digits, `_` and `-`: those of the documentation, or your own.",
        )
        .rows("Q212\tA country", "Q212\tcountry"),
    Rule::warning(RuleFamily::Cells, "unknown-type", "a type that looks like a misspelt one")
        .because(
            "Words of your own are welcome, but this one is hardly another than a known one, and callers who filter by that will miss the entity.",
        )
        .rows("Q212\tcuntry", "Q212\tcountry"),
    Rule::error(RuleFamily::Cells, "invalid-country", "a country that is not two letters")
        .because(
            "`country` holds an ISO 3166-1 alpha-2 code; leave it empty if there is none.",
        )
        .rows("Q1899\tcity\tKyiv\tUkraine", "Q1899\tcity\tKyiv\tUA"),
    Rule::error(RuleFamily::Cells, "invalid-rank", "a rank that is not a number from 0 to 1")
        .because(
            "Ranks of all packs lie on one scale, so that they can be compared. Write a decimal point; leave the cell empty if the rank is unknown.",
        )
        .rows("0,75", "0.75"),
    Rule::error(RuleFamily::Rows, "duplicate-id", "two rows for one entity")
        .fixable()
        .because(
            "An entity has one row in a pack. Nobody can tell which of two is meant.",
        )
        .rows("id\ttype\tname\nQ212\tcountry\tUkraine\nQ212\tcountry\tThe Ukraine", "id\ttype\tname\nQ212\tcountry\tUkraine"),
    Rule::warning(RuleFamily::Rows, "duplicate-alias", "an alias row that repeats another")
        .fixable()
        .because(
            "It says nothing new. Rows that differ in any cell are no repetition.",
        )
        .rows("Q212\tUkraine\ten\nQ212\tUkraine\ten", "Q212\tUkraine\ten"),
    Rule::error(RuleFamily::Rows, "same-as-own-id", "a `same_as` that names another row of the pack")
        .because(
            "`same_as` joins entities of different packs. Two rows of one pack are two entities; to make them one, keep one row and write `redirect` for the ID of the other.",
        )
        .rows("id\tsame_as\nQ212\tours:ukraine\nours:ukraine\t", "id\tsame_as\nQ212\t\n\naction\tid\ttarget\nredirect\tours:ukraine\tQ212"),
    Rule::error(RuleFamily::Rows, "same-as-twice", "an ID that two entities of the pack claim")
        .because(
            "An ID names one thing. Remove it from the one that it does not belong to.",
        )
        .rows("id\tsame_as\nQ212\tiso3166:UA\nQ1899\tiso3166:UA", "id\tsame_as\nQ212\tiso3166:UA\nQ1899\t"),
    Rule::warning(RuleFamily::Rows, "same-as-itself", "a `same_as` that names the ID of its own row")
        .because(
            "It says nothing. Remove it.",
        )
        .rows("Q212\tQ212|iso3166:UA", "Q212\tiso3166:UA"),
    Rule::warning(RuleFamily::Rows, "same-as-repeated", "a `same_as` with one ID twice")
        .because(
            "Remove one of the two; perhaps another ID was meant.",
        )
        .rows("Q212\tiso3166:UA|iso3166:UA", "Q212\tiso3166:UA"),
    Rule::warning(RuleFamily::Rows, "empty-same-as", "a `same_as` with an empty item")
        .because(
            "One `|` stands between two IDs, and none before the first or behind the last.",
        )
        .rows("Q212\tiso3166:UA|", "Q212\tiso3166:UA"),
    Rule::warning(RuleFamily::Rows, "row-order", "rows that are not in order of ID")
        .fixable()
        .because(
            "Importers write tables in order of ID, bytewise. So all rows of an entity stand together, and `git diff` shows what has changed and not what has moved. A table of twenty rows or more is taken to be kept in order if at most a tenth of them stand too late; the first of these is reported. `--fix` sorts every table of entities or aliases, those of one ID in the order that they have; silence the rule in a pack that is to keep another order.",
        )
        .rows("Q36\tPoland\nQ212\tUkraine", "Q212\tUkraine\nQ36\tPoland"),
    Rule::error(RuleFamily::Rows, "superfluous-value", "a cell that the action of an override does not use")
        .because(
            "Perhaps another action was meant: a `block` takes `alias` and `id`, `redirect` takes `id` and `target`, `remove` takes `id`, `not_a_name` takes `alias`.",
        )
        .rows("action\tid\talias\ttarget\nremove\tQ842\tعمان\t", "action\tid\talias\ttarget\nblock\tQ842\tعمان\t"),
    Rule::error(RuleFamily::Rows, "redirect-to-itself", "a redirect of an ID to itself")
        .because(
            "Write another target, or remove the row.",
        )
        .rows("redirect\tQ212\tQ212", "redirect\tours:ukraine\tQ212"),
    Rule::warning(RuleFamily::Rows, "duplicate-redirect", "the same redirect twice")
        .fixable()
        .because(
            "Remove one of the two.",
        )
        .rows("redirect\tours:ukraine\tQ212\nredirect\tours:ukraine\tQ212", "redirect\tours:ukraine\tQ212"),
    Rule::error(RuleFamily::Rows, "conflicting-redirect", "an ID that is redirected to two targets")
        .because(
            "An ID has one target. Remove one of the two.",
        )
        .rows("redirect\tours:ukraine\tQ212\nredirect\tours:ukraine\tQ36", "redirect\tours:ukraine\tQ212"),
    Rule::error(RuleFamily::Rows, "redirect-cycle", "redirects that run in a circle")
        .because(
            "No ID of the circle would answer for the others. Remove the redirect of the ID that is to. The circle may run through several packs; then it is reported at the last.",
        )
        .rows("redirect\tQ1\tQ2\nredirect\tQ2\tQ1", "redirect\tQ1\tQ2"),
    Rule::error(RuleFamily::Stack, "unknown-entity", "a row about an entity that no pack knows")
        .lenient()
        .because(
            "Correct the ID, add the entity to `entities.tsv`, or name the pack that has it with `--pack`. When the pack is loaded the row has no effect.",
        )
        .rows("id\talias\nQ2120000000\tUkraine", "id\talias\nQ212\tUkraine"),
    Rule::error(RuleFamily::Stack, "same-as-joins", "a `same_as` that joins two entities of another pack")
        .because(
            "Rows that share an ID are one entity. Here that would make one of two for which another pack has a row each, and every name of the one would find the other. If they are two things, one of the IDs is wrong; if they are one, say so with `redirect`.",
        )
        .rows("base/entities.tsv\n  Q212\n  Q36\nmine/entities.tsv\n  ours:1\tsame_as Q212|Q36", "mine/entities.tsv\n  ours:1\tsame_as Q212"),
    Rule::warning(RuleFamily::Stack, "type-disagreement", "an entity that packs call things of different sorts")
        .because(
            "Rows that are joined, by ID, `same_as` or `redirect`, are one entity with the types of all. A city may be a region too, but hardly a person: either a type is wrong, or two things were joined.",
        )
        .rows("base/entities.tsv\n  Q1899\tcity\nmine/entities.tsv\n  Q1899\tperson", "mine/entities.tsv\n  Q1899\tcity"),
    Rule::warning(RuleFamily::Stack, "no-type", "an entity that no pack gives a type")
        .because(
            "Callers who ask for cities will not find it, and titles and generic nouns (مدينة) cannot speak for it.",
        )
        .rows("Q1899\t\tKyiv", "Q1899\tcity\tKyiv"),
    Rule::warning(RuleFamily::Stack, "nameless-entity", "an entity with neither name nor alias")
        .because(
            "Nothing finds it but its ID.",
        )
        .rows("id\ttype\tname\nQ1899\tcity\t", "id\ttype\tname\nQ1899\tcity\tKyiv"),
    Rule::warning(RuleFamily::Stack, "no-name", "an entity that no pack gives a name")
        .because(
            "Answers show its ID where its name should stand.",
        )
        .rows("id\ttype\tname\nQ1899\tcity\t", "id\ttype\tname\nQ1899\tcity\tKyiv"),
    Rule::warning(RuleFamily::Names, "ambiguous-alias", "a name that makes another entity ambiguous")
        .because(
            "After folding (case, marks, hamzas, ة and ه, ى and ي, word divisions: key K2) the name is one that another entity bears, in an earlier row or pack, and their ranks do not tell which is meant: a little more than a quarter of the scale does, an unknown rank never. Who asks for it gets both, and `AMBIGUOUS`.\n\nIf it is one thing in two packs, join them with `same_as`. If only one is meant in your texts, `block` the name for the other. If both are called so, keep it and silence the rule. Family names, codes and adjectives shared by things of different sorts (a club and its city) are not reported. Of the names that two entities share the first is reported.",
        )
        .rows("id\talias\nQ971\tالكونغو\nQ974\tالكونغو", "id\talias\nQ971\tالكونغو برازافيل\nQ974\tالكونغو كينشاسا"),
    Rule::warning(RuleFamily::Names, "label-of-other", "an alternate name that another entity is properly called by")
        .because(
            "Spelled the same but for hamzas, it is the canonical name of another entity, or its preferred name in some language, and that entity is not much less prominent. Either the ID slipped, or the name is a part of a longer one, which makes it `short`; or both are called so. Kinds `alternate`, `former`, `misspelling` and `hidden` are checked.",
        )
        .rows("id\talias\nQ212\tPoland", "id\talias\nQ36\tPoland"),
    Rule::warning(RuleFamily::Names, "ordinary-word", "an alias that is an ordinary word or a title")
        .because(
            "The name, alone or with proclitics (و ف ب ل ك ال), is a word of the language or a title, so that a list or text that has the word will be taken to speak of the entity. Words never count as misspellings of names, but a name that is listed is always found. Write a fuller name, or keep the alias only if the word alone means the entity. Preferred names and demonyms are not checked.",
        )
        .rows("id\talias\tkind\nours:34\tأهداف\tshort", "id\talias\tkind\nours:34\tقناة أهداف\tshort"),
    Rule::warning(RuleFamily::Names, "proclitic-name", "an alias that is read as a proclitic and another name")
        .because(
            "Attached و ف ب ل ك, with or without the article, are taken off when a name is looked up, so that they need not be listed. Here what is left is properly the name of another entity, and no other name of this one begins with that letter: a name that is found as it is written goes before, so that \"and Egypt\" would mean this entity and not Egypt.",
        )
        .rows("id\talias\nQ212\tوبولندا", "id\talias\nQ36\tبولندا"),
    Rule::warning(RuleFamily::Names, "mixed-scripts", "a word with letters of two alphabets")
        .because(
            "Latin, Greek and Cyrillic letters look alike, but no key folds one into the other: the name looks right and is never found. The message tells which letter is the strange one. Arabic, Persian and Urdu forms of one letter (ك ک, ي ی, ه ہ) are folded and need no care.",
        )
        .rows("Q649\tM\\u{43e}scow (the o is Cyrillic)", "Q649\tMoscow"),
    Rule::warning(RuleFamily::Names, "far-alias", "an alias that resembles no other name of its entity")
        .because(
            "What claims to be a spelling of a name sounds like one of the others, in Arabic or Latin script. This one does not: perhaps the ID slipped. Checked are `misspelling`, and `alternate` of people and cities, if the entity has four names or more and most resemble each other; names in languages that translate, exonyms among `preferred` names, and what is `short` or `former` are not. Nicknames are `short`; a name that was given up, such as a birth name, is `former`.",
        )
        .rows("id\talias\tkind\nQ39259\tحسن نصر الله\talternate", "id\talias\tkind\nQ181182\tحسن نصر الله\talternate"),
    Rule::warning(RuleFamily::Names, "no-language", "names of which no language is told")
        .because(
            "Hints of language, and names that are shown in one, need `lang`. Told once a table, at the first such row, with the number of them. The column `name`, abbreviations, misspellings and hidden names need none. Silence the rule where nobody knows, as in gazetteers that never asked.",
        )
        .rows("id\talias\tlang\nQ212\tأوكرانيا\t", "id\talias\tlang\nQ212\tأوكرانيا\tar"),
    Rule::warning(RuleFamily::Names, "two-preferred", "two preferred names in one language")
        .because(
            "One name is shown in a language: of several, the one that comes first in the stack. A later one is found, but never shown; make one of the two `alternate`.",
        )
        .rows("id\talias\tlang\tkind\nQ212\tأوكرانيا\tar\tpreferred\nQ212\tأكرانيا\tar\tpreferred", "id\talias\tlang\tkind\nQ212\tأوكرانيا\tar\tpreferred\nQ212\tأكرانيا\tar\talternate"),
];
