package engine

import "path/filepath"

// BackupFolder is the folder of a data directory that BACKUP … TO File('name') writes
// to and RESTORE … FROM File('name') reads from; no other is allowed. Who uses it
// makes it.
const BackupFolder = "backups"

func backupOption(dataDir string) string {
	return "--backups.allowed_path=" + filepath.Join(dataDir, BackupFolder)
}
