#include "data/world/countries.h"

#include "data/world/random.h"

#include <sstream>
#include <stdexcept>

namespace microtome::world {

namespace {

std::vector<std::string> listed(const char* words)
{
    std::vector<std::string> list;
    std::istringstream in(words);
    for (std::string word; in >> word;)
        list.push_back(word);
    return list;
}

struct Row {
    const char* noun;
    bool invented;
    const char* values;
};

// The first and the sixth belong to one country each, the others to several.
const Row rows[] = {
    {"capital", true,
        "Bren Kosta Halim Orvik Tesson Lumar Pelagra Dunfor Sevik Marobel Quenta Ustra Fenwick "
        "Gral Ilmen "
        "Jorvik Kelda Lisk Mendra Nerith Olmuz Pask Rudna Silva Tarkov Ulm Vendel Wessen Yarrow "
        "Zemlin "
        "Askel Borsa"},
    {"currency", true, "dorin falk lipa mard ozel pengo randel sular tiko umbel wampa weng"},
    {"language", true, "Arvish Beltan Corvic Dranish Elmic Faroan Gelic Hurrish Istic Joric"},
    {"region", false, "north south east west centre"},
    {"food", false,
        "rice fish beans corn mutton dumplings noodles pancakes sausages mushrooms turnips "
        "lentils"},
    {"stream", true,
        "Ambra Belit Cern Dal Evros Fulda Garon Hast Inster Jagst Klar Lahn Mura Naab Oker Pegnitz "
        "Rhume "
        "Saar Tauber Unstrut Vils Werra Yser Zorn Aller Bode Chiers Drave Eger Fils Glan Havel"},
    {"animal", false, "eagle lion bear wolf fox stag horse owl swan salmon bull heron"},
    {"crop", false, "wheat cotton barley tobacco sugar rye oats grapes olives hops"},
    {"ruler", false, "king queen duke council bishop president"},
    {"sport", false, "chess rowing archery fencing wrestling skating hockey tennis"},
};

std::vector<Relation> build()
{
    std::vector<Relation> all;
    Random random(1907);
    for (const Row& row : rows) {
        Relation relation{row.noun, listed(row.values), row.invented, {}};
        const int n = static_cast<int>(relation.values.size());
        // Every value is used, and as evenly as it can be.
        for (const int place : random.some(countryCount, countryCount))
            relation.of.push_back(place % n);
        all.push_back(relation);
    }
    return all;
}

} // namespace

const std::vector<std::string>& countryNames()
{
    static const std::vector<std::string> names = listed(
        "Velia Morland Tarsk Ondria Pelland Quorn Rusta Selvania Torvia Ulgard Vastria Wenden "
        "Yrland Zorvia Abelia Brusk Calden Dornia Estria Falland Goria Hestria Iskand Jutria "
        "Karvia Lorland Mestria Nordia Ostland Parvia Rovenia Sarland");
    return names;
}

const std::vector<Relation>& relations()
{
    static const std::vector<Relation> all = build();
    return all;
}

int relationNamed(const std::string& noun)
{
    const auto& all = relations();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].noun == noun)
            return static_cast<int>(i);
    throw std::logic_error("no relation is called " + noun);
}

const std::string& valueOf(int relation, int country)
{
    const Relation& r = relations()[static_cast<std::size_t>(relation)];
    return r.values[static_cast<std::size_t>(r.of[static_cast<std::size_t>(country)])];
}

} // namespace microtome::world
