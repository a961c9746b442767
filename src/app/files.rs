//! Where the configuration file is looked for.

use std::path::{Path, PathBuf};

/// Name of the configuration file.
pub const FILE_NAME: &str = "muniment.toml";

/// Returns the configuration file to use: the one named, else the first that exists of `./muniment.toml`,
/// `$XDG_CONFIG_HOME/muniment/muniment.toml` (or `~/.config/...`) and `/etc/muniment/muniment.toml`.
pub fn find(named: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    if let Some(path) = named {
        return Some(path.to_path_buf());
    }
    let user = variable("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| Path::new(&home).join(".config")))
        .map(|folder| folder.join("muniment").join(FILE_NAME));
    [Some(PathBuf::from(FILE_NAME)), user, Some(Path::new("/etc/muniment").join(FILE_NAME))]
        .into_iter()
        .flatten()
        .find(|path| path.is_file())
}

/// Returns the data folder for a person without any configuration file: `$XDG_DATA_HOME/muniment`,
/// `~/.local/share/muniment`, or `muniment-data` here.
pub fn default_data_folder(variable: impl Fn(&str) -> Option<String>) -> PathBuf {
    variable("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| Path::new(&home).join(".local/share")))
        .map_or_else(|| PathBuf::from("muniment-data"), |folder| folder.join("muniment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_file_wins_and_the_users_folder_comes_before_the_systems() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/muniment");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(FILE_NAME), "").unwrap();
        let variable = |name: &str| (name == "HOME").then(|| home.path().display().to_string());
        assert_eq!(find(None, variable), Some(folder.join(FILE_NAME)));
        assert_eq!(find(Some(Path::new("x.toml")), variable), Some("x.toml".into()));
        assert!(default_data_folder(variable).ends_with(".local/share/muniment"));
    }
}
