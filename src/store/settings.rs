//! Named values that belong to this instance, such as what the object store was found to enforce.

use super::engine::Store;
use super::error::StoreError;
use super::values::values;

impl Store {
    /// Returns the value kept under `name`.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = self.row("SELECT value FROM settings WHERE name = $1", values![name]).await?;
        row.map(|row| row.text("value")).transpose()
    }

    /// Keeps `value` under `name`, in the place of an older one.
    pub async fn keep_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO settings (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            values![name, value],
        )
        .await
        .map(drop)
    }

    /// Keeps `value` under `name` unless there is a value already; returns the one that counts.
    pub async fn keep_setting_once(&self, name: &str, value: &str) -> Result<String, StoreError> {
        let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        self.execute(sql, values![name, value]).await?;
        Ok(self.setting(name).await?.unwrap_or_else(|| value.to_owned()))
    }
}
