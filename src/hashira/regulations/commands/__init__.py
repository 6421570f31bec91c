"""The commands of ``hashira regulations`` (アナログ規制の見直しのコマンド), one module each."""
