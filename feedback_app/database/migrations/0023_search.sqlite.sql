CREATE TABLE search_texts (
    -- The words of comments, leads' texts and names of customers, as base/search_words.py folds
    -- them; "§kind" is the first. NULL once the text has changed, until the worker indexes it.
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    words TEXT,
    UNIQUE (kind, key)
)

CREATE TABLE search_changes (
    -- Texts that the worker is to index.
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (kind, key)
)

CREATE INDEX cases_by_digits ON cases (
    ltrim(lower(case_number), 'abcdefghijklmnopqrstuvwxyz0-_#/. ')
)

-- The words contain no ASCII characters but letters, digits and spaces, so this tokenizer splits at
-- spaces only.
CREATE VIRTUAL TABLE search_index USING fts5 (
    words, content = 'search_texts', content_rowid = 'id', tokenize = 'ascii', detail = 'none'
)

CREATE TRIGGER search_texts_insert AFTER INSERT ON search_texts WHEN NEW.words IS NOT NULL BEGIN
    INSERT INTO search_index (rowid, words) VALUES (NEW.id, NEW.words);
END

CREATE TRIGGER search_texts_empty AFTER UPDATE OF words ON search_texts
WHEN OLD.words IS NOT NULL BEGIN
    INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', OLD.id, OLD.words);
END

CREATE TRIGGER search_texts_fill AFTER UPDATE OF words ON search_texts
WHEN OLD.words IS NULL AND NEW.words IS NOT NULL BEGIN
    INSERT INTO search_index (rowid, words) VALUES (NEW.id, NEW.words);
END

CREATE TRIGGER search_texts_delete AFTER DELETE ON search_texts WHEN OLD.words IS NOT NULL BEGIN
    INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', OLD.id, OLD.words);
END

CREATE TRIGGER search_notes_insert AFTER INSERT ON notes
WHEN NEW.text <> '' BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('note', NEW.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'note' AND key = NEW.invitation_id;
END

CREATE TRIGGER search_notes_update AFTER UPDATE OF text ON notes
WHEN OLD.text IS NOT NEW.text BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('note', NEW.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'note' AND key = NEW.invitation_id;
END

CREATE TRIGGER search_notes_delete AFTER DELETE ON notes
WHEN OLD.text <> '' BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('note', OLD.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'note' AND key = OLD.invitation_id;
END

CREATE TRIGGER search_follow_ups_insert AFTER INSERT ON follow_ups
WHEN NEW.remark <> '' BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('result', NEW.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'result' AND key = NEW.invitation_id;
END

CREATE TRIGGER search_follow_ups_update AFTER UPDATE OF remark ON follow_ups
WHEN OLD.remark IS NOT NEW.remark BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('result', NEW.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'result' AND key = NEW.invitation_id;
END

CREATE TRIGGER search_follow_ups_delete AFTER DELETE ON follow_ups
WHEN OLD.remark <> '' BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('result', OLD.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'result' AND key = OLD.invitation_id;
END

CREATE TRIGGER search_decisions_insert AFTER INSERT ON decisions
WHEN NEW.text <> '' BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('decision', NEW.id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'decision' AND key = NEW.id;
END

CREATE TRIGGER search_decisions_update AFTER UPDATE OF text ON decisions
WHEN OLD.text IS NOT NEW.text BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('decision', NEW.id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'decision' AND key = NEW.id;
END

CREATE TRIGGER search_decisions_delete AFTER DELETE ON decisions
WHEN OLD.text <> '' BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('decision', OLD.id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'decision' AND key = OLD.id;
END

CREATE TRIGGER search_meeting_items_insert AFTER INSERT ON meeting_items
WHEN NEW.text <> '' BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('minutes', NEW.week)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'minutes' AND key = NEW.week;
END

CREATE TRIGGER search_meeting_items_update AFTER UPDATE OF text ON meeting_items
WHEN OLD.text IS NOT NEW.text BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('minutes', NEW.week)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'minutes' AND key = NEW.week;
END

CREATE TRIGGER search_meeting_items_delete AFTER DELETE ON meeting_items
WHEN OLD.text <> '' BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('minutes', OLD.week)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'minutes' AND key = OLD.week;
END

CREATE TRIGGER search_answers_first AFTER INSERT ON answers
WHEN NEW.revision = 1 AND NEW.comment <> '' BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('comment', NEW.invitation_id)
    ON CONFLICT DO NOTHING;
END

CREATE TRIGGER search_answers_insert AFTER INSERT ON answers WHEN NEW.revision > 1 BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('comment', NEW.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'comment' AND key = NEW.invitation_id;
END

CREATE TRIGGER search_answers_update AFTER UPDATE OF comment ON answers
WHEN OLD.comment IS NOT NEW.comment BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('comment', NEW.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'comment' AND key = NEW.invitation_id;
END

CREATE TRIGGER search_marks_update AFTER UPDATE OF care ON answer_marks
WHEN OLD.care IS NOT NEW.care BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('comment', NEW.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'comment' AND key = NEW.invitation_id;
END

CREATE TRIGGER search_answers_delete AFTER DELETE ON answers BEGIN
    INSERT INTO search_changes (kind, key) VALUES ('comment', OLD.invitation_id)
    ON CONFLICT DO NOTHING;
    UPDATE search_texts SET words = NULL WHERE kind = 'comment' AND key = OLD.invitation_id;
END

CREATE TRIGGER search_cases_insert AFTER INSERT ON cases WHEN NEW.customer IS NOT NULL BEGIN
    INSERT INTO search_changes (kind, key) SELECT 'customer', NEW.customer
    WHERE NOT EXISTS (SELECT 1 FROM search_texts WHERE kind = 'customer' AND key = NEW.customer)
    ON CONFLICT DO NOTHING;
END

CREATE TRIGGER search_cases_add AFTER UPDATE OF customer ON cases
WHEN NEW.customer IS NOT NULL AND OLD.customer IS NOT NEW.customer BEGIN
    INSERT INTO search_changes (kind, key) SELECT 'customer', NEW.customer
    WHERE NOT EXISTS (SELECT 1 FROM search_texts WHERE kind = 'customer' AND key = NEW.customer)
    ON CONFLICT DO NOTHING;
END

CREATE TRIGGER search_cases_empty AFTER UPDATE OF customer ON cases
WHEN OLD.customer IS NOT NEW.customer BEGIN
    DELETE FROM search_texts WHERE kind = 'customer' AND key = OLD.customer
    AND NOT EXISTS (SELECT 1 FROM cases WHERE customer = OLD.customer);
    DELETE FROM search_changes WHERE kind = 'customer' AND key = OLD.customer
    AND NOT EXISTS (SELECT 1 FROM cases WHERE customer = OLD.customer);
END

CREATE TRIGGER search_cases_delete AFTER DELETE ON cases WHEN OLD.customer IS NOT NULL BEGIN
    DELETE FROM search_texts WHERE kind = 'customer' AND key = OLD.customer
    AND NOT EXISTS (SELECT 1 FROM cases WHERE customer = OLD.customer);
    DELETE FROM search_changes WHERE kind = 'customer' AND key = OLD.customer
    AND NOT EXISTS (SELECT 1 FROM cases WHERE customer = OLD.customer);
END

INSERT INTO search_changes (kind, key) SELECT 'customer', customer FROM cases
WHERE customer IS NOT NULL GROUP BY customer

INSERT INTO search_changes (kind, key) SELECT 'comment', invitation_id FROM answers
WHERE comment <> '' GROUP BY invitation_id ORDER BY min(answered_at)

INSERT INTO search_changes (kind, key) SELECT 'note', invitation_id FROM notes
WHERE text <> '' GROUP BY invitation_id ORDER BY min(written_at)

INSERT INTO search_changes (kind, key) SELECT 'result', invitation_id FROM follow_ups
WHERE remark <> '' GROUP BY invitation_id ORDER BY min(opened_at)

INSERT INTO search_changes (kind, key) SELECT 'decision', id FROM decisions
WHERE text <> '' GROUP BY id ORDER BY min(written_at)

INSERT INTO search_changes (kind, key) SELECT 'minutes', week FROM meeting_items
WHERE text <> '' GROUP BY week ORDER BY min(written_at)
