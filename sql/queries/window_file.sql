-- name: room of a side: how many bytes it keeps already; whoever else adds to it waits
SELECT pg_advisory_xact_lock(hashtext('window_file ' || :enterprise_id::text || ' ' || :side::text));

-- name: forget what was attached to nothing within its time
DELETE FROM window_file
WHERE enterprise_id = :enterprise_id AND side = :side AND attached_at IS NULL AND at < :before;

-- name: used bytes of a side
SELECT coalesce(sum(bytes), 0)::bigint FROM window_file WHERE enterprise_id = :enterprise_id AND side = :side;

-- name: same file of a side
SELECT file_id, name, content_type, bytes, sha256, at, side
FROM window_file
WHERE enterprise_id = :enterprise_id AND side = :side AND received_sha256 = :received;

-- name: put
INSERT INTO window_file (file_id, enterprise_id, side, name, content_type, sha256, received_sha256, at, who, bytes, body)
VALUES (:file_id, :enterprise_id, :side, :name, :content_type, :sha256, :received, :at, :who,
    octet_length(:body::bytea), :body);

-- name: one that a side sees: its own, and what the other has attached to something
SELECT file_id, name, content_type, bytes, sha256, at, side
FROM window_file
WHERE file_id = :file_id AND enterprise_id = :enterprise_id AND (side = :side OR attached_at IS NOT NULL);

-- name: body
SELECT body FROM window_file WHERE file_id = :file_id AND enterprise_id = :enterprise_id;

-- name: attach files of a side; gives those that there are
UPDATE window_file SET attached_at = coalesce(attached_at, :now)
WHERE file_id = ANY (:ids::text[]) AND enterprise_id = :enterprise_id AND side = :side
RETURNING file_id;

-- name: known of a side
SELECT file_id FROM window_file WHERE file_id = ANY (:ids::text[]) AND enterprise_id = :enterprise_id AND side = :side;

-- name: named, as they are told of what they are attached to
SELECT file_id, name, content_type, bytes, sha256, at, side FROM window_file WHERE file_id = ANY (:ids::text[]);
